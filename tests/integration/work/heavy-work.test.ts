/** Heavy work has a process of its own, and limits that cost nobody else anything. */
import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { markdownJob, type MarkdownOrder } from '../../../src/actions/scrape/markdown-job';
import { HeavyWork } from '../../../src/work/heavy-work';
import { eventually } from '../../eventually';

let work = new HeavyWork();
afterEach(async () => {
  await work.close();
  work = new HeavyWork();
});

const order = (html: string): MarkdownOrder => ({
  main: { html, baseUrl: 'http://site.test/', fullLength: html.length },
  frames: [],
  keepLinks: true,
  keepImages: false,
  ignoredTags: [],
  onlyMainContent: false,
  useLinkPlaceholders: false,
});
const small = (): MarkdownOrder => order('<p>small</p>');
const large = (): MarkdownOrder => order('<p>large</p>'.repeat(10_000));

/** Processes of this test that do heavy work. */
function processes(): string[] {
  return execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line.includes('heavy-work.js'));
}

test('a job that takes too long is ended with its process; the next one gets another', async () => {
  const run = work.for('a session');
  await expect(run({ ...markdownJob, timeoutMs: 50 }, large)).rejects.toMatchObject({
    code: 'work_limit',
    limit: 'time',
    message: 'it took longer than 0.05 s',
  });
  expect(processes()).toEqual([]);
  expect(await run(markdownJob, small)).toBe('small');
});

test('a job that takes too much memory fails alone', async () => {
  const run = work.for('a session');
  const elements = (): MarkdownOrder => order('<i></i>'.repeat(3_000_000));
  await expect(run({ ...markdownJob, timeoutMs: 60_000 }, elements)).rejects.toMatchObject({
    code: expect.stringMatching(/^work_(limit|failed)$/) as string,
  });
  expect(await run(markdownJob, small)).toBe('small');
});

test('callers take turns: one with many jobs does not keep another one waiting', async () => {
  const done: string[] = [];
  const many = Array.from({ length: 8 }, async (_, at) =>
    work
      .for('one')(markdownJob, large)
      .then(() => done.push(`one ${at}`)),
  );
  await work
    .for('other')(markdownJob, small)
    .then(() => done.push('other'));
  expect(done.indexOf('other')).toBeLessThan(4);
  await Promise.all(many);
  expect(processes().length).toBeLessThanOrEqual(2);
});

test('what waits for its turn and what runs fails when the server closes, and nothing is left', async () => {
  const all = Array.from({ length: 5 }, async () => work.for('one')(markdownJob, large));
  const settled = Promise.allSettled(all);
  await eventually(() => expect(processes().length).toBeGreaterThan(0));
  await work.close();
  expect((await settled).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  expect(processes()).toEqual([]);
  await expect(work.for('one')(markdownJob, small)).rejects.toMatchObject({ code: 'overloaded' });
});
