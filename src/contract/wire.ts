/**
 * Codecs between JSON on the wire, with snake_case names, and TypeScript objects: one schema decodes and encodes an answer. Decoding
 * accepts missing fields; encoding writes the schema's input type.
 */
import * as z from 'zod';

import { renameKeys, toCamelCase, toSnakeCase, type SnakeCase } from './naming';

/** Wire fields of `T`. `N` maps the fields whose wire name is not their snake_case name. */
type WireShape<T, N> = {
  [K in keyof T & string as K extends keyof N ? N[K] & string : SnakeCase<K>]-?: z.ZodType<T[K]>;
};
type Written<S> = { [K in keyof S]: S[K] extends z.ZodType ? z.input<S[K]> : never };

/** Returns the codec of an object. Ignores unknown fields. */
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

/** Field that may be missing or `null`; decoded as `null`. */
export function orNull<O, I>(schema: z.ZodType<O, I>): z.ZodType<O | null, I | null> {
  return missing(schema, null, null) as z.ZodType<O | null, I | null>;
}

/** The same, but `null` is not written. */
export function leftOut<O, I>(schema: z.ZodType<O, I>): z.ZodType<O | null, I> {
  return missing(schema, null, undefined) as z.ZodType<O | null, I>;
}

/** Field that may be missing or `null`, with a default. */
export function orElse<O, I>(schema: z.ZodType<O, I>, value: O): z.ZodType<O, I> {
  return missing(schema, value, null) as z.ZodType<O, I>;
}

function missing<O, I>(schema: z.ZodType<O, I>, read: O | null, written: null | undefined) {
  return z.codec(schema.nullish(), z.custom<O | null>(), {
    decode: (value) => value ?? read,
    encode: (value) => value ?? written,
  });
}

/** A page of a list. */
export interface Page<T> {
  /** Entries, newest first. */
  items: T[];
  /** Page number, from 1. */
  page: number;
  /** Maximum entries per page. */
  pageSize: number;
  /** Whether there is a next page. */
  hasNext: boolean;
  /** Whether there is a previous page. */
  hasPrevious: boolean;
}

/** Returns the codec of a page. Some servers omit whether there is a previous page. */
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
