/** Lenient schemas and their exact forms: the wire accepts several spellings of a value from clients in other languages; TypeScript options accept one. */
import * as z from 'zod';
import { clone } from 'zod/v4/core'; // `z.core` would add all of it to a bundle

const exactForms = new WeakMap<z.core.$ZodType, z.core.$ZodType>();

/** Returns a schema that converts other spellings to the one that `exact` accepts. */
export function lenient<T extends z.ZodType>(respell: (value: unknown) => unknown, exact: T) {
  const schema = z.preprocess(respell, exact);
  exactForms.set(schema, exact);
  return schema;
}

/** Returns the schema with the exact forms of all its parts. */
export function exactly<T extends z.core.$ZodType>(schema: T): T {
  const known = exactForms.get(schema);
  if (known) return known as T;
  const exact = rebuild(schema);
  exactForms.set(schema, exact);
  return exact as T;
}

/** Rebuilds a composite schema from the exact forms of its parts. Options use no other kinds of composite schemas. */
function rebuild(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema as unknown as { def: z.core.$ZodTypes['_zod']['def'] };
  const withExact = (parts: object): z.core.$ZodType =>
    clone<z.core.$ZodType>(schema, { ...def, ...parts });
  switch (def.type) {
    case 'object':
      return withExact({ shape: exactShape(def.shape) });
    case 'optional':
    case 'nullable':
    case 'default':
      return withExact({ innerType: exactly(def.innerType) });
    case 'array':
      return withExact({ element: exactly(def.element) });
    case 'union':
      return withExact({ options: def.options.map(exactly) });
    case 'pipe':
      return withExact({ in: exactly(def.in), out: exactly(def.out) });
    default:
      return schema;
  }
}

function exactShape(shape: z.core.$ZodShape): z.core.$ZodShape {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, exactly(field)]));
}
