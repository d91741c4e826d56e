/** What a lane of the run page's timeline shows of its session's life, beside its tests. */
import { expect, test } from 'vitest';
import { rowsOf, type Row } from '../../../src/reporter/page/lane-parts';
import { toRun } from '../../../src/reporter/page/model';
import type { AttemptData, SessionData, TestData } from '../../../src/reporter/run/data';

const TEXTS = ['', 'somewhere', 'buys', 'chromium', 'firefox'];

function session(id: string, part: Partial<SessionData>): SessionData {
  return {
    id,
    source: 1,
    readyMs: 100,
    startMs: 80,
    endMs: 900,
    end: 'stopped',
    ...part,
  };
}

function attempt(part: Partial<AttemptData>): AttemptData {
  return { status: 'passed', worker: 0, atMs: 100, durationMs: 50, ...part };
}

function lanesOf(
  sessions: SessionData[],
  tests: { project?: number; attempts: AttemptData[] }[],
): Row[] {
  const told = tests.map(({ project = 3, attempts }): TestData => ({
    titles: [2],
    file: 0,
    line: 1,
    project,
    outcome: 'expected',
    attempts,
  }));
  return rowsOf(toRun({ texts: TEXTS, sessions, tests: told, durationMs: 1000 } as never));
}

const kindsOf = (lane: Row | undefined): string[] => (lane?.parts ?? []).map(({ kind }) => kind);
const labelOf = (kind: string, lane: Row | undefined): string | undefined =>
  lane?.parts.find((it) => it.kind === kind)?.label;

test('a session that died names the one that was started in its place, whoever had that first', () => {
  const lanes = lanesOf(
    [
      session('a', { end: 'died', endMs: 300 }),
      session('b', { end: 'died', endMs: 350 }),
      session('c', { readyMs: 600, startMs: 150 }),
      session('d', { readyMs: 500, startMs: 150 }),
    ],
    [
      { attempts: [attempt({ session: 0, status: 'failed' })] },
      { attempts: [attempt({ session: 1, status: 'failed' })] },
      { attempts: [attempt({ session: 2, worker: 2, atMs: 610 })] },
      { attempts: [attempt({ session: 3, worker: 3, atMs: 510 })] },
    ],
  );
  expect(labelOf('died', lanes[0])).toBe('Died; session 4 took its place');
  expect(labelOf('died', lanes[1])).toBe('Died; session 3 took its place');
  expect(kindsOf(lanes[3])).toEqual(['alive', 'replacement']);
  expect(labelOf('replacement', lanes[3])).toBe(
    'Start-up in place of session 1, which had died, 150 ms',
  );
});

test('a session of another project, or of before the death, took nobody’s place', () => {
  const lanes = lanesOf(
    [
      session('a', { end: 'died', endMs: 300 }),
      session('b', { readyMs: 500 }),
      session('c', { readyMs: 200 }),
    ],
    [
      { attempts: [attempt({ session: 0, status: 'failed' })] },
      { project: 4, attempts: [attempt({ session: 1, atMs: 510 })] },
      { attempts: [attempt({ session: 2, atMs: 210 })] },
    ],
  );
  expect(labelOf('died', lanes[0])).toBe('Died');
  expect(kindsOf(lanes[1])).toEqual(['alive', 'start']);
});

test('waiting is what its start does not explain; a hand-over stands where the next worker begins; one left running ends as such', () => {
  const lanes = lanesOf(
    [session('a', { end: 'left' })],
    [
      {
        attempts: [
          attempt({
            session: 0,
            status: 'failed',
            isUnexpected: true,
            waits: [[20, 180]],
            atMs: 200,
          }),
          attempt({ session: 0, worker: 1, atMs: 400 }),
        ],
      },
    ],
  );
  expect(kindsOf(lanes[0])).toEqual(['alive', 'start', 'wait', 'turn', 'left']);
  const [, , wait, turn] = lanes[0]?.parts ?? [];
  expect(wait).toMatchObject({ atMs: 100, durationMs: 100, label: 'Worker 0 waited 100 ms' });
  expect(turn).toMatchObject({ atMs: 400, label: 'Handed over to worker 1 after a failure' });
});

test('who waited for a session in vain stands in a lane of its own, and who wanted none in no lane', () => {
  const lanes = lanesOf(
    [session('a', {})],
    [
      { attempts: [attempt({ session: 0 })] },
      { attempts: [attempt({ status: 'failed', atMs: 300, waits: [[300, 200]] })] },
      { attempts: [attempt({ atMs: 200 })] },
    ],
  );
  expect(lanes.map((lane) => lane.session?.id)).toEqual(['a', undefined]);
  expect(lanes[1]?.attempts.map((it) => it.test.index)).toEqual([1]);
  expect(labelOf('wait', lanes[1])).toBe('Worker 0 waited 200 ms');
  expect(lanesOf([], [{ attempts: [attempt({})] }])).toEqual([]);
});
