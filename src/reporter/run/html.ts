/** The run page as HTML: the page as it was built, with the data of a run in it. Loaded only when a page is written. */
import { readFile } from 'node:fs/promises';
import { builtFile } from '../../base/built-file';
import { htmlText } from '../../base/texts';
import type { RunData } from './data';
import { packRun } from './pack';

/** A page with more data than this would be slow to open, so its data is packed. In characters; about 1,500 tests of 15 steps. */
const MAX_PLAIN = 1_000_000;

/** One file, which loads nothing but clips. */
export async function pageHtml(data: RunData): Promise<string> {
  const [style, script] = await Promise.all(
    ['css', 'js'].map(async (type) => readFile(builtFile(`assets/run-page.${type}`), 'utf8')),
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="generator" content="sessionwright" />
    <meta name="referrer" content="no-referrer" />
    <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
    <link rel="icon" href="data:," />
    <title>${htmlText(`${data.title} · ${data.status}`)}</title>
    <style>${style}</style>
  </head>
  <body>
    <div id="app"></div>
    ${dataBlocks(data)}
    <script type="module">${script}</script>
  </body>
</html>
`;
}

const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; media-src 'self' file: blob:; connect-src 'self'; img-src 'self' data: file:; base-uri 'none'; form-action 'none'";

function dataBlocks(data: RunData): string {
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`); // nothing in it ends the script or begins another
  if (json.length <= MAX_PLAIN) return `<script id="run" type="application/json">${json}</script>`;
  const { index, parts } = packRun(data);
  const blocks = parts.map(
    (part, nth) => `<script id="part-${nth}" type="text/plain">${part}</script>`,
  );
  return [`<script id="run" type="text/plain">${index}</script>`, ...blocks].join('\n');
}
