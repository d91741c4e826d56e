/**
 * Codecs between JSON on the wire, with names in snake_case, and objects in TypeScript: one schema reads an answer and writes it. What
 * is read may lack fields; the input type of each schema is what we write.
 */
import * as z from 'zod';

import { renameKeys, toCamelCase, toSnakeCase, type SnakeCase } from './naming';

/** The fields of `T` on the wire. `N` has the fields whose name is not the same one in snake_case. */
type WireShape<T, N> = {
  [K in keyof T & string as K extends keyof N ? N[K] & string : SnakeCase<K>]-?: z.ZodType<T[K]>;
};
type Written<S> = { [K in keyof S]: S[K] extends z.ZodType ? z.input<S[K]> : never };

/** The codec of an object. Unknown fields are ignored. */
export function wireObject<T extends object>() {
  return <
    const N extends Partial<Record<keyof T, string>> = object,
    S extends WireShape<T, N> = WireShape<T, N>,
  >(
    shape: S,
    names?: N,
  ): z.ZodType<T, Written<S>> => {
    const wireNames = new Map(Object.entries<string>({ ...names }));
    const ownNames = new Map([...wireNames].map(([own, wire]) => [wire, own]));
    const codec = z.codec(z.object(shape as z.ZodRawShape), z.custom<T>(), {
      decode: (wire) => renameKeys(wire, (name) => ownNames.get(name) ?? toCamelCase(name)) as T,
      encode: (value) =>
        renameKeys(value, (name) => wireNames.get(name) ?? toSnakeCase(name)) as never,
    });
    return codec as unknown as z.ZodType<T, Written<S>>;
  };
}

/** A field that may be missing or `null`, and is `null` then. */
export function orNull<O, I>(schema: z.ZodType<O, I>): z.ZodType<O | null, I | null> {
  return missing(schema, null, null) as z.ZodType<O | null, I | null>;
}

/** The same; `null` is left out of what we write. */
export function leftOut<O, I>(schema: z.ZodType<O, I>): z.ZodType<O | null, I> {
  return missing(schema, null, undefined) as z.ZodType<O | null, I>;
}

/** A field that may be missing or `null`, and its value then. */
export function orElse<O, I>(schema: z.ZodType<O, I>, value: O): z.ZodType<O, I> {
  return missing(schema, value, null) as z.ZodType<O, I>;
}

function missing<O, I>(schema: z.ZodType<O, I>, read: O | null, written: null | undefined) {
  return z.codec(schema.nullish(), z.custom<O | null>(), {
    decode: (value) => value ?? read,
    encode: (value) => value ?? written,
  });
}

/** One page of a list. */
export interface Page<T> {
  /** What the page holds, newest first. */
  items: T[];
  /** Number of this page, from 1. */
  page: number;
  /** How many entries a page holds at most. */
  pageSize: number;
  /** Whether there is a page after this one. */
  hasNext: boolean;
  /** Whether there is a page before this one. */
  hasPrevious: boolean;
}

/** The codec of a page. Some servers leave out whether there is a page before. */
export function pageOf<O, I>(item: z.ZodType<O, I>) {
  const read = wireObject<Omit<Page<O>, 'hasPrevious'> & { hasPrevious: boolean | null }>()({
    items: z.array(item),
    page: z.int(),
    page_size: z.int(),
    has_next: z.boolean(),
    has_previous: leftOut(z.boolean()),
  });
  return z.codec(read, z.custom<Page<O>>(), {
    decode: ({ hasPrevious, ...rest }) => ({
      ...rest,
      hasPrevious: hasPrevious ?? rest.page > 1,
    }),
    encode: (page) => page,
  });
}
