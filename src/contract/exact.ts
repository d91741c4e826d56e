/** Lenient schemas and their exact forms: the wire takes several spellings of a value, as clients in other languages send them; a caller in TypeScript may write only one. */
import * as z from 'zod';
import { clone } from 'zod/v4/core'; // by `z.core` a bundle would get all of it

const exactForms = new WeakMap<z.core.$ZodType, z.core.$ZodType>();

/** A schema that first turns other spellings of a value into the one that `exact` takes. */
export function lenient<T extends z.ZodType>(respell: (value: unknown) => unknown, exact: T) {
  const schema = z.preprocess(respell, exact);
  exactForms.set(schema, exact);
  return schema;
}

/** The same schema without the leniences anywhere in it. */
export function exactly<T extends z.core.$ZodType>(schema: T): T {
  const known = exactForms.get(schema);
  if (known) return known as T;
  const exact = rebuild(schema);
  exactForms.set(schema, exact);
  return exact as T;
}

/** A schema of schemas is made anew of their exact forms. Kinds that are not named here hold none in which a caller writes anything. */
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
