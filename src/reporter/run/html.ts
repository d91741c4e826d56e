/** The run page as HTML: the page as it was built, with the data of a run in it. Loaded only when a page is written. */
import { readFile } from 'node:fs/promises';
import template from 'bundled:run-page';
import { htmlText } from '../../base/texts';
import type { RunData } from './data';
import { packRun } from './pack';

/** Where the built page has its title and its data. */
const TITLE = '<!--TITLE-->';
const DATA = '<!--DATA-->';

/** A page with more data than this would be slow to open, so its data is packed. In characters; about 1,500 tests of 15 steps. */
const MAX_PLAIN = 1_000_000;

/** One file, which loads nothing but clips. */
export async function pageHtml(data: RunData): Promise<string> {
  const page = await readFile(new URL(template, import.meta.url), 'utf8');
  return page
    .replace(TITLE, () => htmlText(`${data.title} · ${data.status}`))
    .replace(DATA, () => dataBlocks(data));
}

function dataBlocks(data: RunData): string {
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`); // nothing in it ends the script or begins another
  if (json.length <= MAX_PLAIN) return `<script id="run" type="application/json">${json}</script>`;
  const { index, parts } = packRun(data);
  const blocks = parts.map(
    (part, nth) => `<script id="part-${nth}" type="text/plain">${part}</script>`,
  );
  return [`<script id="run" type="text/plain">${index}</script>`, ...blocks].join('\n');
}
