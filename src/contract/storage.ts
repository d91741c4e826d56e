/** File storage: uploads of the account, downloads of each session, and valid file names. */
import * as z from 'zod';

import { datetime } from './values';
import { orElse, orNull, wireObject } from './wire';

/** Maximum size of a file, in bytes: 100 MB. */
export const MAX_FILE_BYTES = 100_000_000;

/** A stored file. */
export interface StoredFile {
  /** Name, without a path. */
  name: string;
  /** Size in bytes. */
  size: number;
  /** Extension with its dot, such as `.pdf`; may be empty. */
  extension: string;
  /** Time of the upload or download; `null` if the API omits it. */
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

/** Older servers only list names. */
const fileSchema = z.union([
  file,
  z.codec(z.string(), z.custom<StoredFile>(), {
    decode: (name) => ({ name, size: 0, extension: '', updatedAt: null }),
    encode: ({ name }) => name,
  }),
]) as z.ZodType<StoredFile, z.input<typeof file>>;

/** Files in an answer. */
export const fileListSchema = z.codec(
  z.object({ files: z.array(fileSchema) }),
  z.custom<StoredFile[]>(),
  { decode: ({ files }) => files, encode: (files) => ({ files }) },
);

/** Answer to an upload. */
export const fileStoredSchema = z.object({ success: z.boolean() });

/** Temporary URL of a file that works without a key. */
export const fileUrlSchema = z.object({ url: z.string().min(1) });

/** Maximum length of a name, in bytes of UTF-8: the limit of common file systems. */
const MAX_NAME_BYTES = 255;
/** Characters that names must not contain: those that Windows forbids, control characters, and lone surrogates. */
const FORBIDDEN = /[<>:"|?*\p{Cc}\p{Cs}]/u;
/** Device names of Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/i;

/** Returns the problem of a file name; undefined if it is valid. The rules are the same on all systems, so that folders can be moved. */
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
