/** Contexts that are made ahead on a self-hosted server, over both transports: no test can tell one there either. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { createSuiteOf, expectPassed, openSite } from '../e2e/support/ahead-suite';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import type { Project } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

let data: string;
let server: ServeProcess;
let site: Server;
let project: Project | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sw-ahead-'));
  server = await serve(['--data-dir', data]);
  site = await openSite();
});
afterAll(async () => {
  await server.end('SIGTERM');
  site.close();
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

test.each(['playwright', 'cdp'])('over %s', async (transport) => {
  project = await createSuiteOf(site, {
    use: `sessionOptions: { transport: '${transport}' }`,
    env: { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
  });
  const run = await project.run();
  expectPassed(run, 'fresh', 3);
  expectPassed(run, 'page', 2);
  expectPassed(run, 'without', 7);
  expectPassed(run, 'filled', 2);
  expectPassed(run, 'clients', 2);
});
