/** A suite written for plain Playwright gives the same results with only its import changed. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { Project, resultsOf, type RunResult } from './support/project';

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
});

test('the same suite, the same results', async () => {
  const plain = await runSuite({ import: '@playwright/test', wrap: false });
  const plainResults = summarise(plain);
  await project?.remove();
  const ours = await runSuite({ import: 'sessionwright', wrap: true });
  const ourResults = summarise(ours);
  for (const [title, attempts] of Object.entries(plainResults)) {
    expect(ourResults[title]?.map((it) => it.status), `${title}\n${ours.output}`).toEqual(attempts.map((it) => it.status));
    attempts.forEach((attempt, n) => expect(ourResults[title]?.[n]?.attachments, title).toEqual(expect.arrayContaining(attempt.attachments)));
  }
  expect(Object.values(plainResults).flat().filter((it) => it.status === 'passed').length).toBeGreaterThan(25);
  expect(project?.leftovers()).toEqual({ processes: [], files: [] });
});

async function runSuite(how: { import: string; wrap: boolean }): Promise<RunResult> {
  const folder = join(import.meta.dirname, 'compat');
  const spec = (await readFile(join(folder, 'suite.spec.ts'), 'utf8')).replace("from '@playwright/test'", `from '${how.import}'`);
  const port = await freePort();
  const { executablePath } = await findChromium();
  project = await Project.create({
    'server.mjs': await readFile(join(folder, 'server.mjs'), 'utf8'),
    'suite.spec.ts': spec,
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      ${how.wrap ? "import { withSessions } from 'sessionwright/config';" : 'const withSessions = (config) => config;'}
      export default defineConfig(withSessions({
        workers: 2, retries: 1, fullyParallel: true, timeout: 20_000,
        reporter: [['line'], ['json', { outputFile: 'report.json' }]],
        use: {
          baseURL: 'http://127.0.0.1:${port}', extraHTTPHeaders: { 'x-extra': 'from-use' }, trace: 'retain-on-failure', screenshot: 'only-on-failure',
          launchOptions: { executablePath: ${JSON.stringify(executablePath)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ['--no-sandbox'] : [])} },
        },
        webServer: { command: 'node server.mjs', url: 'http://127.0.0.1:${port}', env: { PORT: '${port}' } },
      }));`,
  });
  return project.run();
}

/** Status and attachments of each attempt of each test; our clips are what we add. */
function summarise(run: RunResult): Record<string, { status: string | undefined; attachments: string[] }[]> {
  const results = [...resultsOf(run.report)].map(([title, attempts]) => [
    title,
    attempts.map((it) => ({ status: it.status, attachments: it.attachments.map((a) => a.name).filter((name) => name !== 'video').sort() })),
  ]);
  return Object.fromEntries(results) as Record<string, { status: string | undefined; attachments: string[] }[]>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
