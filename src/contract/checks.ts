/** Checks requests on both sides. The client's errors use TypeScript names, the server's use wire names. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { OptionsError } from './errors';
import { exactly } from './exact';
import { describeIssues, formatIssues, type Issue, type NameOf } from './issues';
import { newName, snakify, toCamelCase, type Snaked } from './naming';
import { refused } from './refusals';

/**
 * Parses a request body.
 * @param what - start of the error message: `Invalid cookies`
 * @throws {@link InvalidRequestError} (422) names each invalid field, and the nearest valid name of an unknown one
 */
export function readBody<T>(what: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refused(what, describeIssues(parsed.error.issues, namesIn(schema)));
}

/**
 * Parses a request's query. Ignores unknown parameters.
 * @throws {@link InvalidRequestError} (422) names each invalid parameter
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
 * Converts options of the client to wire names, one level deep, without unset fields. Checks them strictly before anything is
 * sent.
 * @param what - start of the error message: `Cannot list sessions with these options`
 * @throws {@link OptionsError} names each invalid field, and the nearest valid name of an unknown one
 */
export function toWire<T extends object>(what: string, schema: z.ZodObject, given: T): Snaked<T> {
  const wire = wireNames(what, given);
  checkWire(what, schema, wire);
  return wire;
}

/**
 * Converts names to the wire's, one level deep.
 * @throws {@link OptionsError} if the value is not an object, or uses wire names
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
 * Checks options in wire names. Messages use TypeScript names.
 * @returns the value with defaults
 * @throws {@link OptionsError} names each invalid field
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
 * Checks options that are not sent unchanged.
 * @param what - start of the error message
 * @returns the options with defaults
 * @throws {@link OptionsError} names each invalid field, and the nearest valid name of an unknown one
 */
export function checkOptions<T>(what: string, schema: z.ZodType<T>, options: unknown): T {
  return checkWire(what, schema, options, (name) => name);
}

/** Returns the error for invalid options. */
export function refusedOptions(what: string, issues: readonly Issue[]): OptionsError {
  return new OptionsError(`${what}: ${formatIssues(issues)}`, { path: issues[0]?.path ?? '' });
}

/** Refuses unknown fields of options, even where the wire ignores them. */
function strictly<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined
    ? (schema.strict() as unknown as z.ZodType<T>)
    : schema;
}

/** Returns the field names of a schema at a path. */
export function namesIn(schema: z.ZodType): (path: readonly PropertyKey[]) => string[] {
  return (path) => {
    let at = plain(schema);
    for (const part of path)
      at = at instanceof z.ZodObject ? plain(at.shape[String(part)]) : undefined;
    return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
  };
}

/** Unwraps an optional field, the object of a union, or the exact form of a lenient schema. */
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
