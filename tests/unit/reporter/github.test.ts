/** What GitHub shows of a run. */
import { expect, test } from 'vitest';
import { annotations, stepSummary } from '../../../src/reporter/github';
import type { RunData } from '../../../src/reporter/run/data';
import { runDataOf } from '../../../src/reporter/run/run-data';
import { RunLog } from '../../../src/reporter/run/run-log';
import { BEGIN_MS, facts, testCase, testResult } from './run-results';

function data(part: Partial<RunData['totals']> = {}): RunData {
  const log = new RunLog({ rootDir: '/root' }, []);
  log.ended(testCase('works'), testResult([0, 100], {}, { session: facts('s1') }));
  log.ended(testCase('a|b <i>', 'unexpected'), testResult([100, 200], { status: 'failed' }));
  const about = { title: 'shop', status: 'failed' as const, startMs: BEGIN_MS, durationMs: 300 };
  const run = runDataOf(log, { ...about, facts: [], summary: undefined, files: new Map() });
  return { ...run, totals: { ...run.totals, ...part } };
}

test('the summary has the totals, and names what failed without being broken by it', () => {
  const text = stepSummary(data({ leftRunning: [], retries: { failed: 2 } }));
  expect(text).toContain('### Sessions of shop: failed');
  expect(text).toContain('| Tests | 1 passed, 1 failed, 0 flaky, 0 skipped |');
  expect(text).toContain('| Retries | 2 failed |');
  expect(text).toContain('| Left running | nothing |');
  expect(text).toContain(String.raw`- failed: group › a\|b \<i\> (a.spec.ts:3)`);
  expect(text).not.toContain('Billed');
  expect(stepSummary(data({ billedMinutes: 3 }))).toContain('| Billed | 3 min |');
});

test('what is wrong with sessions annotates the job, in one line each', () => {
  const { totals } = data({ leftRunning: ['s1'], failedStarts: 2, died: 1 });
  expect(annotations({ totals, problems: ['No clip: 100 %\nfull'] })).toEqual([
    '::error title=sessionwright::Session s1 could not be stopped: it may run on.',
    '::error title=sessionwright::2 sessions could not be started.',
    '::warning title=sessionwright::1 session died during the run.',
    '::warning title=sessionwright::No clip: 100 %25%0Afull',
  ]);
  expect(annotations(data())).toEqual([]);
});
