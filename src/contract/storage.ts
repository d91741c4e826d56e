/** File storage: the account's uploads, the downloads of each session, and the names that files may have. */
import * as z from 'zod';

import { datetime } from './values';
import { orElse, orNull, wireObject } from './wire';

/** Largest file, in bytes: 100 MB. */
export const MAX_FILE_BYTES = 100_000_000;

/** A stored file. */
export interface StoredFile {
  /** Its name, without a path. */
  name: string;
  /** In bytes. */
  size: number;
  /** With its dot, such as `.pdf`; empty when the name has none. */
  extension: string;
  /** When it was stored; `null` when the API does not say. */
  updatedAt: Date | null;
}

const file = wireObject<StoredFile>()(
  {
    name: z.string(),
    size: z.int(),
    file_ext: orElse(z.string(), ''),
    updated_at: orNull(datetime),
  },
  { extension: 'file_ext' },
);

/** Older servers list only names. */
const fileSchema = z.union([
  file,
  z.codec(z.string(), z.custom<StoredFile>(), {
    decode: (name) => ({ name, size: 0, extension: '', updatedAt: null }),
    encode: ({ name }) => name,
  }),
]) as z.ZodType<StoredFile, z.input<typeof file>>;

/** A list of files in an answer. */
export const fileListSchema = z.codec(
  z.object({ files: z.array(fileSchema) }),
  z.custom<StoredFile[]>(),
  { decode: ({ files }) => files, encode: (files) => ({ files }) },
);

/** The answer to an upload. */
export const fileStoredSchema = z.object({ success: z.boolean() });

/** Where a file can be fetched for a while, without a key. */
export const fileUrlSchema = z.object({ url: z.string().min(1) });

/** Longest name, in bytes of UTF-8: what common file systems take. */
const MAX_NAME_BYTES = 255;
/** What no name may hold: what Windows forbids, control characters, and halves of characters. */
const FORBIDDEN = /[<>:"|?*\p{Cc}\p{Cs}]/u;
/** Names that are devices on Windows, whatever their extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/i;

/** What is wrong with a file's name; undefined when it may be used. The same on every system, so that a folder can move to another. */
export function fileNameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (/^\.+$/.test(name) || /[/\\]/.test(name)) return 'must be a plain name, not a path';
  if (FORBIDDEN.test(name)) return 'must not hold any of < > : " | ? * or control characters';
  if (/^\s|[\s.]$/.test(name)) return 'must not begin with a space, nor end with a space or a dot';
  if (DEVICE.test(name)) return 'is the name of a device on some systems';
  return new TextEncoder().encode(name).length > MAX_NAME_BYTES
    ? `must be at most ${MAX_NAME_BYTES} bytes long`
    : undefined;
}
