/** Checks what is sent, on both sides: before it leaves, by the names of TypeScript; and when it arrives, by those of the wire. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { OptionsError } from './errors';
import { exactly } from './exact';
import { describeIssues, formatIssues, type Issue, type NameOf } from './issues';
import { newName, snakify, toCamelCase, type Snaked } from './naming';
import { refused } from './refusals';

/**
 * What a request's body says.
 * @param what begins the message of a refusal: `Invalid cookies`
 * @throws {@link InvalidRequestError} (422) naming each wrong field, and the nearest name to an unknown one
 */
export function readBody<T>(what: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refused(what, describeIssues(parsed.error.issues, namesIn(schema)));
}

/**
 * What a request's query says. Unknown parameters are ignored.
 * @throws {@link InvalidRequestError} (422) naming each wrong one
 */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  const parsed = schema.safeParse(Object.fromEntries(query), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refused(
    'Invalid request',
    describeIssues(parsed.error.issues).map((issue) => ({ ...issue, in: 'query' })),
  );
}

/**
 * The wire form of what a caller of the client gives, one level deep, without what is not set. It is checked before anything is sent,
 * and nothing is respelled.
 * @param what begins the message of a refusal: `Cannot list sessions with these options`
 * @throws {@link OptionsError} naming each wrong field, and the nearest name to an unknown one
 */
export function toWire<T extends object>(what: string, schema: z.ZodObject, given: T): Snaked<T> {
  const wire = wireNames(what, given);
  checkWire(what, schema, wire);
  return wire;
}

/**
 * The same names on the wire, one level deep.
 * @throws {@link OptionsError} for what is no object, and for names that are those of the wire already
 */
export function wireNames<T extends object>(what: string, given: T): Snaked<T> {
  if (!isRecord(given))
    throw refusedOptions(what, [{ path: '', message: `expected an object, got ${kindOf(given)}` }]);
  const foreign = Object.keys(given).filter((name) => toCamelCase(name) !== name);
  if (foreign.length > 0)
    throw refusedOptions(
      what,
      foreign.map((name) => ({
        path: name,
        message: `unknown field; did you mean "${newName(name)}"?`,
      })),
    );
  return snakify(given);
}

/**
 * Checks the wire form of what a caller has given; messages have the names of TypeScript.
 * @returns it, with defaults
 * @throws {@link OptionsError} naming each wrong field
 */
export function checkWire<T>(
  what: string,
  schema: z.ZodType<T>,
  wire: unknown,
  nameOf: NameOf = toCamelCase,
): T {
  const parsed = exactly(strictly(schema)).safeParse(wire, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refusedOptions(what, describeIssues(parsed.error.issues, namesIn(schema), nameOf));
}

/**
 * Checks options that are not sent as they are.
 * @param what begins the message of a refusal
 * @returns the options, with defaults
 * @throws {@link OptionsError} naming each wrong field, and the nearest name to an unknown one
 */
export function checkOptions<T>(what: string, schema: z.ZodType<T>, options: unknown): T {
  return checkWire(what, schema, options, (name) => name);
}

/** Options that are refused before anything is sent. */
export function refusedOptions(what: string, issues: readonly Issue[]): OptionsError {
  return new OptionsError(`${what}: ${formatIssues(issues)}`, { path: issues[0]?.path ?? '' });
}

/** What a caller writes has no unknown field, also where the wire ignores them. */
function strictly<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined
    ? (schema.strict() as unknown as z.ZodType<T>)
    : schema;
}

/** The names of the fields at a path in what a schema describes. */
export function namesIn(schema: z.ZodType): (path: readonly PropertyKey[]) => string[] {
  return (path) => {
    let at = plain(schema);
    for (const part of path)
      at = at instanceof z.ZodObject ? plain(at.shape[String(part)]) : undefined;
    return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
  };
}

/** The content of an optional field, the object among alternatives, the exact form of a lenient schema. */
function plain(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return plain(schema.unwrap());
  if (schema instanceof z.ZodUnion)
    return schema.options.map(plain).find((option) => option instanceof z.ZodObject);
  if (schema instanceof z.ZodPipe)
    return plain(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
