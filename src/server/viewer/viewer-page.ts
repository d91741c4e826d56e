/** The viewer's pages: HTML that loads a script and styles, which the build makes, and a policy that allows nothing else. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { builtFile } from '../../base/built-file';
import { htmlText } from '../../base/texts';

/** A file that the pages load. */
interface ViewerFile {
  /** Contains a hash of the content, so that browsers can cache the file for ever. */
  name: string;
  mediaType: string;
  bytes: Buffer;
}

/** Allows a page to load and to connect only to this server. Any page may embed it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src blob: data:',
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The headers of every page. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

let files: Promise<{ script: ViewerFile; style: ViewerFile }> | undefined;

/** The script and the styles. Reads them once; tries again after a failure. */
export async function viewerFiles(): Promise<{ script: ViewerFile; style: ViewerFile }> {
  files ??= readFiles();
  return files.catch((error: unknown) => {
    files = undefined;
    throw error;
  });
}

/**
 * The HTML of the page of a session, or of the wall without one.
 * @param basePath - the path below which the server answers; empty for the root of its host
 */
export async function viewerPage(sessionId: string | undefined, basePath: string): Promise<string> {
  const { script, style } = await viewerFiles();
  const base = attributeText(basePath);
  const id = sessionId === undefined ? undefined : attributeText(sessionId);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${id === undefined ? 'Sessions' : `Session ${id}`}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/viewer/${style.name}">
<script type="module" src="${base}/viewer/${script.name}"></script>
</head>
<body data-base="${base}"${id === undefined ? '' : ` data-session="${id}"`}>
<div id="viewer"></div>
<noscript>The viewer needs JavaScript.</noscript>
</body>
</html>
`;
}

function attributeText(text: string): string {
  return htmlText(text).replaceAll('"', '&quot;');
}

async function readFiles(): Promise<{ script: ViewerFile; style: ViewerFile }> {
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
