/** What a test sees of Playwright's less common calls, on sessions of another machine and on a browser in a container: the same as on a browser that Playwright has launched. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project, resultsOf } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const canHide = spawnSync('unshare', ['-m', 'true']).status === 0;

let folder: string;
let server: ServeProcess;
let launched: Record<string, unknown>;
let project: Project;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-as-launched-'));
  vi.stubEnv('TMPDIR', folder); // the projects' folders are in it
  server = await serve(['--data-dir', join(folder, 'data')], {}, canHide ? folder : undefined);
  launched = await seenOn('@playwright/test', '');
  await project.remove();
});

afterAll(async () => {
  await server.end('SIGTERM');
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

/** Runs the suite, and returns what its tests have noted. */
async function seenOn(
  library: string,
  use: string,
  env: Record<string, string> = { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
): Promise<Record<string, unknown>> {
  const { executablePath } = await findChromium();
  const spec = await readFile(join(import.meta.dirname, 'as-launched/suite.spec.ts'), 'utf8');
  project = await Project.create(
    {
      'playwright.config.ts': `export default { workers: 1, timeout: 60_000,
        reporter: [['line'], ['json', { outputFile: 'report.json' }]],
        use: { launchOptions: { executablePath: ${JSON.stringify(executablePath)} }, ${use} } };`,
      'suite.spec.ts': spec.replace('@playwright/test', library),
    },
    env,
  );
  const { report } = await project.run();
  const seen = [...resultsOf(report)].map(([title, [result]]): [string, unknown] => {
    const { body } = result?.attachments.find(({ name }) => name === 'seen') ?? {};
    if (body === undefined || result?.status !== 'passed') return [title, result?.error?.message];
    return [title, JSON.parse(Buffer.from(body, 'base64').toString())];
  });
  expect(seen.length).toBeGreaterThan(8);
  return Object.fromEntries(seen);
}

test.each(['playwright', 'cdp'])('over %s', async (transport) => {
  const seen = await seenOn(
    'sessionwright',
    `recording: 'off', sessionOptions: { transport: '${transport}' }`,
  );
  expect(seen).toEqual(launched);
  if (!canHide) return;
  const root = `/proc/${server.child.pid}/root`;
  expect(existsSync(join(root, folder, 'data')), 'the view of the server').toBe(true);
  expect(existsSync(join(root, project.folder)), 'the folder of its client').toBe(false);
});

test('over the cdpUrl of a browser in a container with a port on this machine', async () => {
  const { body } = await server.call('POST', '/sessions/start', { body: {} });
  const seen = await seenOn(
    'sessionwright',
    `recording: 'off', sessionOptions: { cdpUrl: '${body['cdp_url'] as string}' }`,
    { NOTTE_API_URL: '', NOTTE_API_KEY: '' },
  );
  expect(seen).toEqual(launched);
});
