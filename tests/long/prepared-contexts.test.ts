/** Contexts that are prepared for the next test on a remote browser: no test can tell one from a context that was created for it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { OneRun } from '../e2e/support/one-run';
import { createSuiteOf, expectPassed, openSite } from '../e2e/support/prepared-suite';
import { partOf, resultOf, shownAttachments } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { eventsIn } from '../e2e/support/trace';
import { openPictureViewer } from '../integration/recording/pictures';

const KEY = 'a-key-of-sixteen-characters';

let data: string;
let server: ServeProcess;
let site: Server;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sw-prepared-'));
  server = await serve(['--data-dir', data, '--host', '0.0.0.0'], { NOTTE_API_KEY: KEY });
  site = await openSite();
});
const suite = new OneRun(async () =>
  createSuiteOf(site, {
    use: `sessionOptions: { transport: 'cdp' }`,
    env: {
      NOTTE_API_URL: server.url.replace('127.0.0.1', '0.0.0.0'), // not loopback by its name: a remote browser
      NOTTE_API_KEY: KEY,
    },
  }),
);
afterAll(async () => {
  await suite.close();
  await server.end('SIGTERM');
  site.close();
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test('one is prepared while a test runs; the next test gets it, as clean as a new one', async (context) => {
  const { run } = await suite.of(context);

  expectPassed(run, 'fresh', 3);
});

test('its page has the settings of its context', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'page', 2);
});

test('it is closed for a test with other options, for isolation session, and for one that uses the API', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'without', 7);
});

test('a client of a test’s own finds none on the session', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'clients', 2);
});

test('reports, traces and failures do not show it', async (context) => {
  const { run } = await suite.of(context);
  const results = partOf(run.report, 'traced.spec.ts')?.suites.flatMap((suite) =>
    suite.specs.map((spec) => spec.tests[0]?.results[0]),
  );
  expect(
    results?.map((it) => it && shownAttachments(it).sort()),
    run.output,
  ).toEqual([
    ['error-context', 'screenshot', 'trace', 'video'],
    ['error-context', 'screenshot', 'trace', 'video'],
    ['screenshot', 'trace', 'video'],
  ]);
  for (const result of results ?? []) {
    const trace = result?.attachments.find(({ name }) => name === 'trace');
    const events = [...(await eventsIn(trace?.path)).values()].flat();
    const pages = new Set(events.flatMap(({ pageId }) => pageId ?? []));
    expect(pages.size).toBe(1);
    expect(events.filter(({ browserName }) => browserName === 'chromium')).toHaveLength(1); // contexts
  }
});

test('clips show the page of the test, even if it has no URL', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'filled', 2);
  const viewer = await openPictureViewer();
  context.onTestFinished(async () => viewer.close());
  for (const n of [1, 2]) {
    const { attachments } = resultOf(run.report, `fills a blank page ${n}`);
    const clip = await readFile(attachments.find(({ name }) => name === 'video')?.path ?? '');
    const { durationMs } = await viewer.play(clip);
    expect((await viewer.play(clip, [durationMs - 100])).colours).toEqual(['red']);
  }
});
