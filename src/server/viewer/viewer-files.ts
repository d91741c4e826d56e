/** The files that the viewer's pages load: made by the build, beside our own code, and read when somebody asks for them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import scriptFile from 'bundled:viewer-script';
import styleFile from 'bundled:viewer-style';

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
    read(scriptFile, 'js', 'text/javascript; charset=utf-8'),
    read(styleFile, 'css', 'text/css; charset=utf-8'),
  ]);
  return { script, style };
}

async function read(file: string, extension: string, mediaType: string): Promise<ViewerFile> {
  const bytes = await readFile(fileURLToPath(new URL(file, import.meta.url)));
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { name: `viewer-${digest}.${extension}`, mediaType, bytes };
}
