/** A suite written for plain Playwright gives the same results with only its import changed. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { JSONReportTestResult } from '@playwright/test/reporter';
import { afterEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultOf, resultsOf, type RunResult } from './support/project';

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
});

test('the same suite, the same results', async () => {
  const plain = await runSuite({ import: '@playwright/test', wrap: false });
  const plainResults = summarise(plain);
  const plainSteps: unknown = JSON.parse((await project?.read('steps.json')) ?? '');
  await project?.remove();
  const ours = await runSuite({ import: 'sessionwright', wrap: true });
  const ourResults = summarise(ours);
  expect(JSON.parse((await project?.read('steps.json')) ?? ''), 'steps and their lines').toEqual(
    plainSteps,
  );
  for (const [title, attempts] of Object.entries(plainResults)) {
    expect(
      ourResults[title]?.map((it) => it.status),
      `${title}\n${ours.output}`,
    ).toEqual(attempts.map((it) => it.status));
    attempts.forEach((attempt, n) =>
      expect(ourResults[title]?.[n], title).toMatchObject({
        ...attempt,
        attachments: expect.arrayContaining(attempt.attachments) as string[],
      }),
    );
  }
  expect(clipsOf(ours, 'and in the next'), 'a test on a page that a hook made').toBe(1);
  expect(clipsOf(ours, 'is used'), 'a test on a browser that the suite launched').toBe(0);
  expect(
    Object.values(plainResults)
      .flat()
      .filter((it) => it.status === 'passed').length,
  ).toBeGreaterThan(25);
  await leavesNothing(project);
});

async function runSuite(how: { import: string; wrap: boolean }): Promise<RunResult> {
  const folder = join(import.meta.dirname, 'compat');
  const spec = (await readFile(join(folder, 'suite.spec.ts'), 'utf8')).replace(
    "from '@playwright/test'",
    `from '${how.import}'`,
  );
  const port = await freePort();
  const { executablePath } = await findChromium();
  project = await Project.create({
    'server.mjs': await readFile(join(folder, 'server.mjs'), 'utf8'),
    'suite.spec.ts': spec,
    'steps-reporter.mjs': await readFile(join(folder, 'steps-reporter.mjs'), 'utf8'),
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      ${how.wrap ? "import { withSessions } from 'sessionwright/config';" : 'const withSessions = (config) => config;'}
      export default defineConfig(withSessions({
        workers: 2, retries: 1, fullyParallel: true, timeout: 20_000,
        reporter: [['line'], ['./steps-reporter.mjs'], ['json', { outputFile: 'report.json' }]],
        use: {
          baseURL: 'http://127.0.0.1:${port}', extraHTTPHeaders: { 'x-extra': 'from-use' }, trace: 'retain-on-failure', screenshot: 'only-on-failure',
          launchOptions: { executablePath: ${JSON.stringify(executablePath)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ['--no-sandbox'] : [])} },
        },
        webServer: { command: 'node server.mjs', url: 'http://127.0.0.1:${port}', env: { PORT: '${port}' } },
      }));`,
  });
  return project.run();
}

/** What a user sees of an attempt. */
interface Attempt {
  status: string | undefined;
  /** Place of the first error. */
  line: number | undefined;
  attachments: string[];
  /** Whether the failure is described by its page. */
  hasPageSnapshot: boolean;
}

/** Each attempt of each test; our clips are what we add. */
function summarise(run: RunResult): Record<string, Attempt[]> {
  return Object.fromEntries(
    [...resultsOf(run.report)].map(([title, attempts]) => [
      title,
      attempts.map((it) => summariseAttempt(it)),
    ]),
  );
}

function summariseAttempt({ status, error, attachments }: JSONReportTestResult): Attempt {
  const description = attachments.find(({ name }) => name === 'error-context')?.path;
  return {
    status,
    line: error?.location?.line,
    attachments: attachments
      .map(({ name }) => name)
      .filter((name) => name !== 'video')
      .sort(),
    hasPageSnapshot:
      description !== undefined && readFileSync(description, 'utf8').includes('# Page snapshot'),
  };
}

function clipsOf(run: RunResult, title: string): number {
  return resultOf(run.report, title).attachments.filter(({ name }) => name === 'video').length;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
  });
}
