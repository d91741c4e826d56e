/** Contexts that are made ahead: they are there, and no test can tell one from a context that was made for it. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPictureViewer } from '../integration/recording/pictures';
import { createSuiteOf, expectPassed, openSite } from './support/ahead-suite';
import { OneRun } from './support/one-run';
import { partOf, resultOf, shownAttachments } from './support/project';
import { eventsIn } from './support/trace';

let site: Server;
beforeAll(async () => void (site = await openSite()));

const suite = new OneRun(async () => createSuiteOf(site));
afterAll(async () => {
  site.close();
  await suite.close();
});

test('one waits while a test runs, is the next one’s, and is as fresh as any', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'fresh', 3);
});

test('its page has what was set on its context before there was a page', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'page', 2);
});

test('it is given up for a test with other options, for isolation session, and for one that asks the API', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'without', 7);
});

test('a client of a test’s own finds none on the session', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'clients', 2);
});

test('reports, traces and failures show nothing of it', async (context) => {
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

test('clips show the page of the test, also one that has no URL', async (context) => {
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
