/** Writes the file of a multipart form to the disk while it arrives. A failed upload leaves no file. */
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BusboyInstance, BusboyHeaders } from '@fastify/busboy';
import { badRequest, refused } from '../../contract/refusals';
import { MAX_FILE_BYTES } from '../../contract/storage';

/** Most bytes of a form in addition to its file: boundaries, headers, a few short fields. */
const MAX_OVERHEAD_BYTES = 1_000_000;
/** The form's one field that is a file. */
const FILE_FIELD = 'file';
const LIMITS = {
  fileSize: MAX_FILE_BYTES,
  files: 1,
  fields: 10,
  fieldSize: 10_000,
  parts: 11,
  headerPairs: 100,
};

/**
 * Writes the form's file to a path that does not exist yet. When it returns or throws, the file is closed.
 * @throws {@link ApiError} 400 for an invalid or incomplete form, 413 for a file that is too large, 415 for another content type, 422 without a file
 */
export async function receiveFile(request: IncomingMessage, path: string): Promise<void> {
  checkHeaders(request);
  const file = await open(path, 'wx', 0o600);
  try {
    await receive(request, file.createWriteStream());
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

function checkHeaders({ headers }: IncomingMessage): void {
  const type = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw badRequest(
      415,
      'unsupported_media_type',
      `The file must come as "multipart/form-data", in the field "${FILE_FIELD}" (the content type was "${type}").`,
    );
  if (!/\bboundary=/i.test(type))
    throw badRequest(400, 'invalid_form', 'The content type of the form names no boundary.');
  if (Number(headers['content-length'] ?? 0) > MAX_FILE_BYTES + MAX_OVERHEAD_BYTES)
    throw tooLarge();
}

async function receive(request: IncomingMessage, target: Writable): Promise<void> {
  const form = await openForm(request);
  const broken = new AbortController();
  let saving: Promise<void> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('file', (field, stream) => {
        if (field === FILE_FIELD) saving = save(stream, target, broken.signal);
        else stream.on('error', () => undefined).resume(); // the form reports it too
        saving?.catch(reject);
      });
      form.once('filesLimit', () =>
        reject(invalidUpload('the form has more than one file; upload one at a time')),
      );
      form.once('finish', resolve);
      form.once('error', (error) => reject(invalidForm(error)));
      const ended = () =>
        request.complete || reject(badRequest(400, 'upload_aborted', 'The upload broke off.'));
      if (request.closed) ended();
      request.once('close', ended);
      request.pipe(form);
    });
    if (!saving) throw invalidUpload('the form has no such file');
    await saving;
  } catch (error) {
    request.unpipe(form);
    broken.abort();
    await saving?.catch(() => {});
    throw error;
  }
}

async function openForm({ headers }: IncomingMessage): Promise<BusboyInstance> {
  const { default: Busboy } = await import('@fastify/busboy');
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS });
  } catch (error) {
    throw invalidForm(error);
  }
}

/** A file that is too large fails at the limit: the upload may be endless. */
async function save(stream: Readable, target: Writable, signal: AbortSignal): Promise<void> {
  stream.once('limit', () => stream.destroy(tooLarge()));
  await pipeline(stream, target, { signal });
}

function invalidUpload(message: string): Error {
  return refused('Invalid upload', [{ path: FILE_FIELD, message }]);
}

function invalidForm(error: unknown): Error {
  return badRequest(
    400,
    'invalid_form',
    `The form cannot be read: ${error instanceof Error ? error.message : 'it breaks off'}.`,
  );
}

function tooLarge(): Error {
  return badRequest(413, 'file_too_large', 'The file is larger than 100 MB.');
}
