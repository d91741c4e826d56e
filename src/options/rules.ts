/** What a value may be, as small rules that can be put together. They check what users write, in every worker, so nothing is loaded for them. */
import { isRecord } from '../base/json';
import { nearestName } from '../contract/naming';
import { describe, show } from './show';
import type { SessionOptions } from './types';

/** One thing that is wrong. */
export interface OptionProblem {
  /** Where, such as `use.sessionOptions.viewport.width`. */
  path: string;
  /** What is allowed and what it was. Never holds a secret. */
  message: string;
}

/** What a value may be. */
export interface OptionRule {
  /** In words, to follow "must be". */
  allowed: string;
  /** Every problem of a value; none when it is allowed. */
  check: (value: unknown, path: string) => OptionProblem[];
}

/** Something that must hold between options. */
export interface CrossRule {
  /** The option that the problem is reported at. */
  at: keyof SessionOptions;
  isBroken: (options: SessionOptions) => boolean;
  message: string;
}

/** How messages of a rule show a value. */
type Shown = (value: unknown) => string;

/** A rule that a predicate decides. */
export function leaf(
  allowed: string,
  isAllowed: (value: unknown) => boolean,
  shown: Shown = show,
): OptionRule {
  return {
    allowed,
    check: (value, path) =>
      isAllowed(value) ? [] : [{ path, message: `must be ${allowed}, got ${shown(value)}` }],
  };
}

/** The same rule for a value that must not be shown. */
export function secret(allowed: string, isAllowed: (value: unknown) => boolean): OptionRule {
  return leaf(allowed, isAllowed, describe);
}

export const flag = leaf('true or false', (value) => typeof value === 'boolean');

/** Text that is not empty. */
export function text(what: string): OptionRule {
  return leaf(what, (value) => typeof value === 'string' && value.trim() !== '');
}

/** A whole number in a range, both ends included. */
export function whole(from: number, to: number, unit: string): OptionRule {
  return leaf(
    `a whole number of ${unit} from ${from} to ${to}`,
    (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  );
}

/** One of a few words; a near miss gets the word that was probably meant. */
export function oneOf(...words: readonly string[]): OptionRule {
  const allowed = words.map((word) => `'${word}'`).join(', ');
  const check: OptionRule['check'] = (value, path) => {
    if (typeof value === 'string' && words.includes(value)) return [];
    const nearest = typeof value === 'string' ? nearestName(value, words) : undefined;
    return [
      {
        path,
        message: `must be ${words.length > 1 ? 'one of ' : ''}${allowed}, got ${show(value)}${suggestion(nearest)}`,
      },
    ];
  };
  return { allowed, check };
}

/** A list of values of one kind. */
export function list(item: OptionRule, what: string): OptionRule {
  const check: OptionRule['check'] = (value, path) =>
    Array.isArray(value)
      ? value.flatMap((element, index) => item.check(element, `${path}[${index}]`))
      : [{ path, message: `must be ${what}, got ${describe(value)}` }];
  return { allowed: what, check };
}

/** An object with these fields and no others. Fields that are not in `required` may be left out. */
export function shape(
  fields: Readonly<Record<string, OptionRule>>,
  options: { what: string; required?: readonly string[] },
): OptionRule {
  const check: OptionRule['check'] = (value, path) => {
    if (!isRecord(value)) return [{ path, message: `must be ${options.what}, got ${show(value)}` }];
    const missing = Object.entries(fields).filter(
      ([name]) => options.required?.includes(name) && value[name] === undefined,
    );
    return [
      ...missing.map(([name, { allowed }]) => ({
        path: `${path}.${name}`,
        message: `is missing, must be ${allowed}`,
      })),
      ...Object.entries(value).flatMap(([name, content]) =>
        checkField({ fields, name, content }, path),
      ),
    ];
  };
  return { allowed: options.what, check };
}

/** Either of two rules. When neither fits, an object is told what the second one finds in it. */
export function either(plain: OptionRule, object: OptionRule): OptionRule {
  const allowed = `${plain.allowed}, or ${object.allowed}`;
  const check: OptionRule['check'] = (value, path) => {
    const problems = plain.check(value, path);
    if (problems.length === 0) return [];
    if (typeof value === 'object' && value !== null) return object.check(value, path);
    return [{ path, message: `must be ${allowed}, got ${show(value)}${suggestionOf(problems)}` }];
  };
  return { allowed, check };
}

function checkField(
  {
    fields,
    name,
    content,
  }: { fields: Readonly<Record<string, OptionRule>>; name: string; content: unknown },
  path: string,
): OptionProblem[] {
  const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (rule) return content === undefined ? [] : rule.check(content, `${path}.${name}`);
  const names = Object.keys(fields);
  const nearest = nearestName(name, names);
  const known = nearest === undefined ? `; known are ${names.join(', ')}` : suggestion(nearest);
  return [{ path: `${path}.${name}`, message: `is not an option${known}` }];
}

function suggestion(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`;
}

/** Carries a suggestion of a plain rule over to the message of a pair. */
function suggestionOf(problems: readonly OptionProblem[]): string {
  return problems.map(({ message }) => /; did you mean .*/.exec(message)?.[0] ?? '').join('');
}
