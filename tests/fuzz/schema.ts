/** From a JSON schema to values: right ones, and ones with exactly one thing wrong. */
import fc from 'fast-check';

/** The part of JSON schema that our descriptions use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
}

/** Resolves `$ref`s within one description. */
export type Resolve = (schema: Schema) => Schema;

/** Deeper than this, values are left out: no description of ours nests so far. */
const MAX_DEPTH = 6;

/** Values of no type that a field has, of every type that it may be mistaken for, and far too long ones. */
const WRONG: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '\0',
  '../../etc/passwd',
  'x'.repeat(200_000),
  [],
  [null],
  {},
  { a: { b: [] } },
  '💥\uD800',
  'a\r\nb: c',
  "'; DROP TABLE sessions; --",
];

/** A value that fits the schema. */
export function fitting(schema: Schema, resolve: Resolve, depth = 0): fc.Arbitrary<unknown> {
  const { type, ...it } = resolve(schema);
  if (it.const !== undefined) return fc.constant(it.const);
  if (it.enum) return fc.constantFrom(...it.enum);
  const choices = it.anyOf ?? it.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => fitting(choice, resolve, depth + 1)));
  const name = Array.isArray(type) ? type[0] : type;
  if (depth > MAX_DEPTH) return fc.constant(null);
  if (it.properties ?? name === 'object') return fittingObject(it, resolve, depth);
  if (name === 'array')
    return fc.array(fitting(it.items ?? {}, resolve, depth + 1), { maxLength: 3 });
  if (name === 'string') return fc.string({ minLength: it.minLength ?? 0, maxLength: 30 });
  if (name === 'boolean') return fc.boolean();
  if (name === 'integer')
    return fc.integer({
      min: Math.max(it.minimum ?? -1000, -1e9),
      max: Math.min(it.maximum ?? 1000, 1e9),
    });
  if (name === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true });
  return fc.jsonValue({ maxDepth: 2 });
}

/** An object that fits the schema but for one field: of another type, missing, too long, or unknown. Or no object at all. */
export function broken(schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  const names = propertyNames(schema, resolve);
  const wrongField = fc
    .record({
      base: fitting(schema, resolve),
      name: fc.constantFrom(...(names.length > 0 ? names : ['x'])),
      value: fc.constantFrom(...WRONG),
    })
    .map(({ base, name, value }) => ({ ...asObject(base), [name]: value }));
  const unknownField = fc
    .record({
      base: fitting(schema, resolve),
      name: fc.constantFrom('__proto__', 'constructor', 'surplus', '', 'x'.repeat(5_000)),
    })
    .map(({ base, name }) => Object.fromEntries([...Object.entries(asObject(base)), [name, 1]]));
  const missingField = fc
    .record({
      base: fitting(schema, resolve),
      name: fc.constantFrom(...(names.length > 0 ? names : ['x'])),
    })
    .map(({ base, name }) =>
      Object.fromEntries(Object.entries(asObject(base)).filter(([key]) => key !== name)),
    );
  return fc.oneof(
    { weight: 6, arbitrary: wrongField },
    { weight: 2, arbitrary: missingField },
    { weight: 2, arbitrary: unknownField },
    { weight: 1, arbitrary: fc.constantFrom(...WRONG) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
}

function fittingObject(
  { properties = {}, required = [] }: Schema,
  resolve: Resolve,
  depth: number,
): fc.Arbitrary<object> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, fitting(field, resolve, depth + 1)]),
  );
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

function propertyNames(schema: Schema, resolve: Resolve): string[] {
  const it = resolve(schema);
  return [
    ...Object.keys(it.properties ?? {}),
    ...(it.anyOf ?? it.oneOf ?? []).flatMap((choice) => propertyNames(choice, resolve)),
  ];
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
