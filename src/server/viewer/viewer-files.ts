/** The files that the viewer's pages load: made by the build, beside our own code, and read when somebody asks for them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { builtFile } from '../../base/built-file';

/** A file of the viewer. */
export interface ViewerFile {
  /** Its content is part of its name, so whoever has it needs to ask no more. */
  name: string;
  mediaType: string;
  bytes: Buffer;
}

/** The script and the styles of the viewer. */
export interface ViewerFiles {
  script: ViewerFile;
  style: ViewerFile;
}

let files: Promise<ViewerFiles> | undefined;

/** Reads them once; what could not be read is tried again for the next one who asks. */
export function viewerFiles(): Promise<ViewerFiles> {
  files ??= readFiles().catch((error: unknown) => {
    files = undefined;
    throw error;
  });
  return files;
}

async function readFiles(): Promise<ViewerFiles> {
  const [script, style] = await Promise.all([
    read('js', 'text/javascript; charset=utf-8'),
    read('css', 'text/css; charset=utf-8'),
  ]);
  return { script, style };
}

async function read(extension: string, mediaType: string): Promise<ViewerFile> {
  const bytes = await readFile(builtFile(`assets/viewer.${extension}`));
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { name: `viewer-${digest}.${extension}`, mediaType, bytes };
}
