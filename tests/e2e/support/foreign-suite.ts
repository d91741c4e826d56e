/** A suite written for plain Playwright, run as it is and with only its import changed: what users see of both is compared. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JSONReportTestResult } from '@playwright/test/reporter';
import { expect } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import { Project, resultOf, resultsOf, type RunResult } from './project';

const FOLDER = join(import.meta.dirname, '../compat');

/** Where the sessions come from. */
export interface Sessions {
  /** `sessionOptions`, as source text. @default the embedded server */
  options?: string;
  env?: Record<string, string>;
}

/** What a user sees of a run on plain Playwright. */
interface PlainRun {
  results: Record<string, Attempt[]>;
  steps: unknown;
}

let plain: Promise<PlainRun> | undefined;

/** Runs the suite on both sides, and expects the same results, errors, attachments and steps. The plain side runs once for all comparisons of a file. Returns the project of the side on sessions, and what it printed. */
export async function compareForeignSuite(
  sessions: Sessions = {},
): Promise<{ project: Project; output: string }> {
  plain ??= runPlain();
  try {
    return await compareWith(await plain, sessions);
  } catch (error) {
    plain = undefined; // a test that is tried again has another one
    throw error;
  }
}

async function compareWith(
  { results: plainResults, steps: plainSteps }: PlainRun,
  sessions: Sessions,
): Promise<{ project: Project; output: string }> {
  const project = await createSuite(
    'sessionwright',
    `(config) => withSessions(config, { session: ${sessions.options ?? '{}'} })`,
    sessions.env,
  );
  const ours = await project.run();
  const ourResults = summarise(ours);
  expect(JSON.parse(await project.read('steps.json')), 'steps and their lines').toEqual(plainSteps);
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
  return { project, output: ours.output };
}

async function runPlain(): Promise<PlainRun> {
  const project = await createSuite('@playwright/test', '(config) => config');
  const results = summarise(await project.run());
  const steps: unknown = JSON.parse(await project.read('steps.json'));
  await project.remove();
  return { results, steps };
}

async function createSuite(
  source: string,
  wrap: string,
  env: Record<string, string> = {},
): Promise<Project> {
  const [spec, server, reporter] = await Promise.all(
    ['suite.spec.ts', 'server.mjs', 'steps-reporter.mjs'].map((name) =>
      readFile(join(FOLDER, name), 'utf8'),
    ),
  );
  const { executablePath } = await findChromium();
  return Project.create(
    {
      'server.mjs': server ?? '',
      'suite.spec.ts': (spec ?? '').replace("from '@playwright/test'", `from '${source}'`),
      'steps-reporter.mjs': reporter ?? '',
      'playwright.config.ts': `
        import { defineConfig } from '@playwright/test';
        ${source === 'sessionwright' ? "import { withSessions } from 'sessionwright/config';" : ''}
        const wrap = ${wrap};
        export default defineConfig(wrap({
          workers: 2, retries: 1, fullyParallel: true, timeout: 60_000, expect: { timeout: 30_000 },
          reporter: [['line'], ['./steps-reporter.mjs'], ['json', { outputFile: 'report.json' }]],
          use: {
            baseURL: process.env.SITE_URL, extraHTTPHeaders: { 'x-extra': 'from-use' }, trace: 'retain-on-failure', screenshot: 'only-on-failure',
            launchOptions: { executablePath: ${JSON.stringify(executablePath)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ['--no-sandbox'] : [])} },
          },
          webServer: { command: 'node server.mjs', wait: { stdout: /(?<site_url>http:\\/\\/\\S+)/ } },
        }));`,
    },
    env,
  );
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
