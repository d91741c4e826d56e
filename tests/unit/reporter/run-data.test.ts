/** What the run page is made from: sessions, attempts, steps, totals, as the results of the tests tell them. */
import { describe, expect, test } from 'vitest';
import type { RunSummary } from '../../../src/host/protocol';
import type { RunData } from '../../../src/reporter/run/data';
import { runDataOf } from '../../../src/reporter/run/run-data';
import { RunLog } from '../../../src/reporter/run/run-log';
import { BEGIN_MS, facts, step, testCase, testResult } from './run-results';

const SUMMARY: RunSummary = {
  sessions: 1,
  failedStarts: 0,
  tests: 1,
  attempts: 1,
  clips: 1,
  clipsInSessions: 0,
  browserMs: 5_000,
  problems: [],
  leftRunning: [],
  kept: [],
  lives: [],
};

function newLog(): RunLog {
  return new RunLog({ rootDir: '/root' }, ['the-key']);
}

function dataOf(log: RunLog, summary?: RunSummary): RunData {
  return runDataOf(log, {
    title: 'shop',
    status: 'passed',
    startMs: BEGIN_MS,
    durationMs: 1_000,
    facts: [],
    summary,
    files: new Map([['/results/video.mp4', 'data/a-0-clip.mp4']]),
  });
}

test('an attempt: its session, its time, its clip, its worker', () => {
  const log = newLog();
  const session = facts('s1', { readyMs: BEGIN_MS + 50 });
  const attachments = [{ name: 'video', contentType: 'video/mp4', path: '/results/video.mp4' }];
  const waits: [number, number][] = [[BEGIN_MS + 10, BEGIN_MS + 90]];
  log.ended(
    testCase('buys'),
    testResult([100, 400], { attachments, workerIndex: 4 }, { session, waits }),
  );
  const data = dataOf(log, {
    ...SUMMARY,
    lives: [{ ...session, end: 'stopped', endMs: BEGIN_MS + 900 }],
  });
  expect(data.startMs).toBe(BEGIN_MS - 50); // the start of its session began then
  expect(data.sessions).toEqual([
    {
      id: 's1',
      source: data.texts.indexOf('somewhere'),
      readyMs: 100,
      startMs: 100,
      endMs: 950,
      end: 'stopped',
    },
  ]);
  const [first] = data.tests;
  expect(first?.titles.map((index) => data.texts[index])).toEqual(['group', 'buys']);
  expect(data.texts[first?.file ?? 0]).toBe('a.spec.ts');
  expect(data.texts[first?.project ?? 0]).toBe('chromium');
  expect(first?.attempts).toEqual([
    {
      status: 'passed',
      worker: 4,
      session: 0,
      atMs: 150,
      durationMs: 300,
      waits: [[60, 80]],
      clip: 'data/a-0-clip.mp4',
    },
  ]);
});

test('a test without a session is there, with what Playwright knows of it', () => {
  const log = newLog();
  log.ended(testCase('adds'), testResult([20, 30], {}, null));
  expect(dataOf(log).tests[0]?.attempts).toEqual([
    { status: 'passed', worker: 0, atMs: 20, durationMs: 10 },
  ]);
});

test('steps are those of the test: fixtures and hooks around them are not shown, what hooks did is', () => {
  const log = newLog();
  const steps = [
    step('Before Hooks', 0, {
      category: 'hook',
      steps: [
        step('Fixture "page"', 0, { category: 'fixture', steps: [step('Create page', 0)] }),
        step('beforeEach hook', 1, {
          category: 'hook',
          steps: [step('Navigate', 2, { subtitle: '/cart?token=abc' })],
        }),
      ],
    }),
    step('buys', 5, {
      category: 'test.step',
      location: { file: '/root/a.spec.ts', line: 7, column: 1 },
      steps: [step('Fill "hunter2" getByLabel(\'Password\')', 6)],
    }),
    step('Attach "video"', 9, { category: 'test.attach' }),
  ];
  log.ended(testCase('buys'), testResult([0, 20], { steps }));
  const { tests, texts } = dataOf(log);
  const shown = tests[0]?.attempts[0]?.steps?.map(([title, atMs, , depth, place]) => [
    texts[title],
    atMs,
    depth,
    texts[place],
  ]);
  expect(shown).toEqual([
    ['Navigate /cart?token=…', 2, 0, ''],
    ['buys', 5, 0, 'a.spec.ts:7'],
    ['Fill "…" getByLabel(\'Password\')', 6, 1, ''],
  ]);
});

test('an error stands at the end of its step, with its line of code and without secrets', () => {
  const log = newLog();
  const error = {
    message: '\u001b[31mno the-key\u001b[39m',
    snippet: '> 7 | await buy()',
    location: { file: '/root/a.spec.ts', line: 7, column: 1 },
  };
  const steps = [step('Click', 100, { duration: 50, error })];
  log.ended(
    testCase('buys', 'unexpected'),
    testResult([0, 400], { steps, errors: [error], status: 'failed' }),
  );
  const { tests, texts } = dataOf(log);
  expect(tests[0]?.attempts[0]?.errors).toEqual([
    {
      atMs: 150,
      message: 'no …',
      snippet: '> 7 | await buy()',
      location: texts.indexOf('a.spec.ts:7'),
    },
  ]);
});

test('an error that the test caught is not what failed it; the step that ran when the time was up is', () => {
  const steps = [step('Click', 100, { duration: 50, error: { message: 'caught' } })];
  const errors = [{ message: 'something else' }];
  const atMs = (part: Parameters<typeof testResult>[1], story = {}): number | undefined => {
    const log = newLog();
    log.ended(
      testCase('buys', 'unexpected'),
      testResult([0, 400], { steps, errors, ...part }, story),
    );
    return dataOf(log).tests[0]?.attempts[0]?.errors?.[0]?.atMs;
  };
  expect(atMs({ status: 'failed' })).toBe(400);
  expect(atMs({ status: 'timedOut' })).toBe(150);
  expect(atMs({ status: 'failed' }, { isLost: true })).toBe(150);
});

test('what was typed stands in no message, and in no line of code', () => {
  const log = newLog();
  const error = {
    message: 'locator.fill: Timeout\n  - fill("hunter2")',
    snippet: "> 7 | await name.fill('hunter2')",
  };
  const steps = [
    step('Fill "say "hunter2""', 0, { subtitle: 'getByRole(\'textbox\', { name: "a" })', error }),
  ];
  log.ended(
    testCase('buys', 'unexpected'),
    testResult([0, 400], { steps, errors: [error], status: 'failed' }),
  );
  const data = dataOf(log);
  expect(JSON.stringify(data)).not.toContain('hunter2');
  expect(data.texts).toContain('Fill "…" getByRole(\'textbox\', { name: "a" })');
  expect(data.tests[0]?.attempts[0]?.errors?.[0]?.message).toContain('fill("…")');
});

test('a secret is taken out before a text is cut', () => {
  const log = newLog();
  const errors = [{ message: `${'x'.repeat(3_995)} the-key` }];
  log.ended(testCase('buys', 'unexpected'), testResult([0, 400], { errors, status: 'failed' }));
  expect(dataOf(log).tests[0]?.attempts[0]?.errors?.[0]?.message).toBe(`${'x'.repeat(3_995)} …`);
});

test('of very many steps those in the middle are left out, but for what failed', () => {
  const log = newLog();
  const steps = Array.from({ length: 300 }, (_, n) =>
    step(`step ${n}`, n, n === 150 ? { error: { message: 'caught' } } : {}),
  );
  log.ended(testCase('buys'), testResult([0, 400], { steps }));
  const { tests, texts } = dataOf(log);
  const shown = tests[0]?.attempts[0]?.steps?.map(([title]) => texts[title]) ?? [];
  expect(shown.slice(98, 106)).toEqual([
    'step 98',
    'step 99',
    '… 50 steps',
    'step 150',
    '… 49 steps',
    'step 200',
    'step 201',
    'step 202',
  ]);
  expect(shown).toHaveLength(203);
});

test('a test that did not get to run is there, without attempts', () => {
  const log = newLog();
  log.planned(testCase('never ran', 'skipped'));
  log.planned(testCase('ran'));
  log.ended(testCase('ran'), testResult([0, 10]));
  const { tests, totals } = dataOf(log);
  expect(tests.map(({ attempts }) => attempts.length)).toEqual([0, 1]);
  expect(totals.tests).toMatchObject({ expected: 1, skipped: 1 });
});

test('only recordings and traces are taken for such', () => {
  const log = newLog();
  const attachments = [
    { name: 'video', contentType: 'text/plain', path: '/results/video.txt' },
    { name: 'trace', contentType: 'text/plain', path: '/results/trace.txt' },
    { name: 'video', contentType: 'video/mp4', path: '/results/video.mp4' },
    { name: 'trace', contentType: 'application/zip', path: '/results/trace.zip' },
  ];
  log.ended(testCase('buys'), testResult([0, 10], { attachments }));
  expect([...log.files().values()]).toEqual(['/results/video.mp4', '/results/trace.zip']);
});

test('what pages complained about is in it', () => {
  const log = newLog();
  const entry = { atMs: BEGIN_MS + 30, kind: 'request' as const, text: '404', url: 'http://a/b' };
  log.ended(testCase('buys'), testResult([10, 50], {}, { log: [entry] }));
  const { tests, texts } = dataOf(log);
  expect(tests[0]?.attempts[0]?.log).toEqual([
    [20, 'request', texts.indexOf('404'), texts.indexOf('http://a/b')],
  ]);
});

describe('totals', () => {
  test('retries by what was wrong, hand-overs, waits, deaths', () => {
    const log = newLog();
    const session = facts('s1');
    const other = facts('s2', { readyMs: BEGIN_MS + 500 });
    const flaky = testCase('flaky', 'flaky');
    log.ended(flaky, testResult([0, 100], { status: 'failed' }, { session }));
    log.ended(
      flaky,
      testResult(
        [150, 300],
        { retry: 1, workerIndex: 1, status: 'timedOut' },
        { session, isLost: true },
      ),
    );
    const waits: [number, number][] = [[BEGIN_MS + 400, BEGIN_MS + 520]];
    log.ended(
      flaky,
      testResult([520, 600], { retry: 2, workerIndex: 1 }, { session: other, waits }),
    );
    const { totals, sessions } = dataOf(log);
    expect(totals).toMatchObject({
      tests: { expected: 0, unexpected: 0, flaky: 1, skipped: 0 },
      retries: { failed: 1, 'session died': 1 },
      sessions: 2,
      handOvers: 1,
      waitingMs: 120,
      died: 1,
      peakSessions: 1,
    });
    expect(totals.leftRunning).toBeUndefined(); // no host has told
    expect(sessions.map(({ end, endMs }) => [end, endMs])).toEqual([
      ['died', 400],
      ['unknown', 700],
    ]);
  });

  test('only a cloud bills, each session by its started minutes', () => {
    const log = newLog();
    const lives = [70_000, 10_000].map((ms, n) => ({
      ...facts(`s${n}`, { isBilled: true }),
      end: 'stopped' as const,
      endMs: BEGIN_MS + ms,
    }));
    expect(dataOf(log, { ...SUMMARY, lives }).totals.billedMinutes).toBe(3);
    expect(dataOf(log, SUMMARY).totals.billedMinutes).toBeUndefined();
  });

  test('a session that ends as another begins is not one more at once', () => {
    const log = newLog();
    const life = (id: string, fromMs: number, toMs: number) => ({
      ...facts(id, { readyMs: BEGIN_MS + fromMs }),
      end: 'stopped' as const,
      endMs: BEGIN_MS + toMs,
    });
    const lives = [life('a', 0, 100), life('b', 100, 200), life('c', 150, 200)];
    expect(dataOf(log, { ...SUMMARY, lives }).totals.peakSessions).toBe(2);
  });
});
