/** Turns schema errors into readable issues: the field, what is allowed, the value, and the nearest valid name. */
import type * as z from 'zod';

import { withoutCredentials } from '../base/redaction';
import { clipped } from '../base/texts';
import { nearestName } from './naming';

/** A refused field. */
export interface Issue {
  /** Dotted path of the field, such as `proxies.0.type`; empty for the whole value. */
  path: string;
  /** The problem and the allowed values. Never contains a secret. */
  message: string;
  /** Part of the request that contains the field. @default 'body' */
  in?: 'query' | 'path' | undefined;
}

type ZodIssue = z.core.$ZodIssue;

/** Maximum number of reported issues: a body may have thousands. */
const MAX_ISSUES = 20;
/** Maximum length of a displayed path segment, in characters: twice the longest name of the API. */
const MAX_NAME_LENGTH = 60;

/** Formats field names. The default keeps them; the client shows TypeScript names. */
export type NameOf = (wireName: string) => string;

/** Valid names for suggestions: of the whole value, or of the object at a path. */
export type KnownNames = readonly string[] | ((path: readonly PropertyKey[]) => readonly string[]);

/** Returns the first issues of a failed parse (with `reportInput`), in order. */
export function describeIssues(
  issues: readonly ZodIssue[],
  known: KnownNames = [],
  nameOf: NameOf = (name) => name,
): Issue[] {
  return issues
    .slice(0, MAX_ISSUES)
    .flatMap((issue) => describeIssue(issue, known, nameOf))
    .slice(0, MAX_ISSUES);
}

/** Formats all issues in one line. */
export function formatIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
}

function describeIssue(issue: ZodIssue, known: KnownNames, nameOf: NameOf): Issue[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .slice(0, MAX_ISSUES)
      .map((key) => unknownKey(issue.path, key, { known, nameOf }));
  if (issue.code === 'invalid_union') return describeUnion(issue, known, nameOf);
  const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue; // the problem of the key
  return [{ path: joinPath(issue.path, nameOf), message: `${message}${shownInput(issue)}` }];
}

function unknownKey(
  parent: readonly PropertyKey[],
  key: string,
  { known, nameOf }: { known: KnownNames; nameOf: NameOf },
): Issue {
  const path = joinPath([...parent, key], nameOf);
  const names = typeof known === 'function' ? known(parent) : parent.length === 0 ? known : [];
  const nearest = nearestName(nameOf(key), names.map(nameOf));
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  return { path, message: `unknown field${suggestion}` };
}

/** For a union, reports the branch that matched most. */
function describeUnion(
  issue: Extract<ZodIssue, { code: 'invalid_union' }>,
  known: KnownNames,
  nameOf: NameOf,
): Issue[] {
  const depth = (branch: readonly ZodIssue[]) =>
    Math.max(0, ...branch.map(({ path }) => path.length));
  const [best] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
  if (!best || depth(best) === 0) {
    const words = issue.errors.flat().find(isWrongWord);
    const message = `${issue.message}${words ? shownInput(words) : ''}`;
    return [{ path: joinPath(issue.path, nameOf), message }];
  }
  return best
    .slice(0, MAX_ISSUES)
    .flatMap((inner) =>
      describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, known, nameOf),
    );
}

function joinPath(path: readonly PropertyKey[], nameOf: NameOf): string {
  return path
    .map((part) =>
      typeof part === 'string' ? clipped(nameOf(part), MAX_NAME_LENGTH) : String(part),
    )
    .join('.');
}

/** Shows only values that cannot be secrets: numbers and booleans where no string is expected, and unknown enum values. */
function shownInput(issue: ZodIssue): string {
  const { input } = issue;
  if (isWrongWord(issue)) {
    const text = String(issue.input);
    const nearest = nearestName(text, issue.values.map(String));
    const shown = JSON.stringify(withoutCredentials(text).slice(0, 40));
    return `, got ${shown}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
  }
  const isSafe = typeof input === 'number' || typeof input === 'boolean';
  const mayBeSecret = issue.code === 'invalid_type' && issue.expected === 'string';
  return isSafe && !mayBeSecret ? `, got ${input}` : '';
}

function isWrongWord(issue: ZodIssue): issue is Extract<ZodIssue, { code: 'invalid_value' }> {
  return issue.code === 'invalid_value' && typeof issue.input === 'string';
}
