/** The run page as HTML: the page as it was built, with the data of a run in it. Loaded only when a page is written. */
import { readFile } from 'node:fs/promises';
import template from 'bundled:run-page';
import type { RunData } from './data';

/** Where the built page has its title and its data. */
const TITLE = '<!--TITLE-->';
const DATA = '<!--DATA-->';

/** One file, which loads nothing but clips. */
export async function pageHtml(data: RunData): Promise<string> {
  const page = await readFile(new URL(template, import.meta.url), 'utf8');
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`); // nothing in it ends the script or begins another
  return page
    .replace(TITLE, () => escaped(`${data.title} · ${data.status}`))
    .replace(DATA, () => `<script id="run" type="application/json">${json}</script>`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
