/**
 * The way from Playwright's HTML report into the run page. Its annotations link to whole addresses only, and nobody knows by which one
 * the report will be read: from a disk, through `show-report`, unpacked from an artifact. So the page goes into the report's own folder,
 * on the clips that lie there anyway, and tests that failed lead to it by an attachment.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import type { FullConfig } from '@playwright/test/reporter';
import { environment } from '../options/environment';
import type { AttemptData, RunData } from './run/data';
import { pageHtml } from './run/html';
import { PAGE_IN_REPORT } from './run/link-page';

/** What the configuration says of the report, as far as it matters here. */
interface HtmlOptions {
  outputFolder?: string;
  attachmentsBaseURL?: string;
}

/** The folder of the HTML report; undefined when there is none, or its attachments go elsewhere. */
export function htmlReportFolder({
  reporter,
  configFile,
}: Pick<FullConfig, 'reporter' | 'configFile'>): string | undefined {
  const entry = reporter.find(([name]) => name === 'html');
  if (!entry) return undefined;
  const { outputFolder, attachmentsBaseURL } = (entry[1] ?? {}) as HtmlOptions;
  if ((environment.htmlReport.attachmentsUrl ?? attachmentsBaseURL) !== undefined) return undefined;
  const { folder } = environment.htmlReport;
  if (folder !== undefined) return resolve(folder);
  const home = configFile === undefined ? process.cwd() : dirname(configFile);
  return outputFolder === undefined
    ? resolve(packageFolder(home) ?? process.cwd(), 'playwright-report')
    : resolve(home, outputFolder);
}

/** Puts the page of a run into the report, once that is written: one file, which plays what the report has. */
export async function addToHtmlReport(
  report: string,
  data: RunData,
  pageFolder: string,
): Promise<void> {
  if (!existsSync(join(report, 'index.html'))) return;
  const placeOf = async (path: string): Promise<string | undefined> => {
    const hash = createHash('sha1').update(await readFile(join(pageFolder, path)));
    const place = `data/${hash.digest('hex')}${extname(path)}`; // as the report names its attachments
    return existsSync(join(report, place)) ? place : undefined;
  };
  const placed = async ({ clip, trace, ...attempt }: AttemptData): Promise<AttemptData> => {
    const files = { clip: clip && (await placeOf(clip)), trace: trace && (await placeOf(trace)) };
    const there = Object.entries(files).filter(([, place]) => place !== undefined);
    return { ...attempt, ...Object.fromEntries(there) };
  };
  const tests = [];
  for (const test of data.tests) {
    const attempts = [];
    for (const attempt of test.attempts) attempts.push(await placed(attempt)); // one file at a time: a run has thousands
    tests.push({ ...test, attempts });
  }
  await writeFile(join(report, PAGE_IN_REPORT), await pageHtml({ ...data, tests }));
}

/** Where Playwright looks for the place of its report: the nearest folder with a package. */
function packageFolder(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageFolder(parent);
}
