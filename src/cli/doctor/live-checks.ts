/** Starts a session as a run does: one generated test, by the Playwright of the suite, with its session options. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '../../base/built-file';
import { readJson } from '../../base/json';
import { durationText } from '../../base/texts';
import { DOCTOR_USE } from '../../options/environment';
import { configFolder } from '../../options/project';
import { projectLeftToPlaywright } from '../../options/served';
import { withModulePath } from '../../options/source';
import type { Check, Result } from './check';
import { runTests } from './playwright';
import type { SuiteFacts } from './suite-facts';

/** How long the run may take, in milliseconds: a session may wait two minutes for its start. */
const RUN_MS = 180_000;
/** Lines that say more than that the run went well. */
const REMARK = /^sessionwright: (?!sessions come from|run page|\d+ sessions?,)(.*)$/gm;
/** Of a private part of Playwright that is missing. */
const MISSING = /^this version of Playwright has no/;

/** The part of Playwright's JSON report that is read here. */
export interface Report {
  suites?: { specs: { ok: boolean; tests: { results: TestResult[] }[] }[] }[];
  errors?: { message?: string }[];
}
interface TestResult {
  errors: { message?: string }[];
  attachments: { name: string }[];
}

/** Runs one test on a session. Checks the test, its clip, the private parts of Playwright, and what the run says. */
export async function liveChecks(folder: string, suite: SuiteFacts): Promise<Check[]> {
  const project = suite.projects.find(({ use }) => projectLeftToPlaywright(use) === undefined);
  if (!project) return [];
  const temp = await mkdtemp(join(tmpdir(), 'sessionwright-doctor-'));
  try {
    const { channel, headless, launchOptions, proxy } = project.use;
    const sessionOptions = withModulePath(project.sessionOptions, configFolder(suite));
    const use = { channel, headless, launchOptions, proxy, sessionOptions };
    await writeFile(join(temp, 'playwright.config.mjs'), CONFIG);
    await writeFile(join(temp, 'doctor.spec.mjs'), SPEC);
    const startedMs = performance.now();
    const output = await runTests(folder, join(temp, 'playwright.config.mjs'), {
      use: JSON.stringify(use),
      limitMs: RUN_MS,
    });
    const took = durationText(performance.now() - startedMs);
    const report = (await readJson(join(temp, 'report.json'))) as Report | undefined;
    return checksOf(report, output, took);
  } finally {
    await rm(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The checks of a run, by its report and what it printed. */
export function checksOf(report: Report | undefined, output: string, took: string): Check[] {
  const category = 'live';
  const test = report?.suites?.[0]?.specs[0];
  const result = test?.tests[0]?.results[0];
  if (!result || !test.ok) {
    const why = errorIn(report, result) ?? output;
    const message = `A test on a session failed after ${took}: ${why}`;
    return [{ id: 'live.session', category, status: 'fail', message }];
  }
  const remarks = [...output.matchAll(REMARK)].map(([, text = '']) => text);
  const others = remarks.filter((it) => !MISSING.test(it));
  const passed = `A test on a session passed: ${took} in all`;
  return [
    { id: 'live.session', category, status: 'pass', message: passed },
    { id: 'live.clip', category, ...clipResult(result) },
    { id: 'live.playwright', category, ...playwrightResult(remarks) },
    ...others.map((message): Check => ({ id: 'live.remark', category, status: 'info', message })),
  ];
}

function errorIn(report: Report | undefined, result: TestResult | undefined): string | undefined {
  return [...(result?.errors ?? []), ...(report?.errors ?? [])][0]?.message;
}

function clipResult({ attachments }: TestResult): Result {
  return attachments.some(({ name }) => name === 'video')
    ? { status: 'pass', message: 'It has a clip' }
    : { status: 'fail', message: 'It has no clip.' };
}

function playwrightResult(remarks: readonly string[]): Result {
  const missing = remarks.filter((it) => MISSING.test(it));
  if (missing.length === 0)
    return {
      status: 'pass',
      message: 'This Playwright has every private part that sessionwright uses',
    };
  const fix = 'Use a version of Playwright that docs/compatibility.md lists.';
  return { status: 'warn', message: missing.join('\n'), fix };
}

const CONFIG = `
import { withSessions } from ${JSON.stringify(builtFile('config.js').href)};
const use = JSON.parse(process.env.${DOCTOR_USE});
export default withSessions({
  testDir: '.', workers: 1, retries: 0, use: { ...use, recording: 'on' },
  reporter: [['json', { outputFile: 'report.json' }]],
}, { runPage: false });
`;
const SPEC = `
import { test, expect } from ${JSON.stringify(builtFile('index.js').href)};
test('a session shows a page', async ({ page }) => {
  await page.setContent('<h1>It works</h1>');
  await expect(page.getByRole('heading')).toHaveText('It works');
});
`;
