import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger } from '../../../src/host/ledger';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-ledger-'))));
afterEach(async () => rm(folder, { recursive: true }));

test('what was started and not stopped is open, oldest first', async () => {
  const ledger = new Ledger(folder);
  await ledger.started({ sessionId: 'a', apiUrl: 'https://api.example' });
  await ledger.started({ sessionId: 'b', apiUrl: 'https://api.example' });
  await ledger.started({ sessionId: 'c', apiUrl: 'https://api.example' });
  await ledger.stopped('b');
  expect((await new Ledger(folder).open()).map((entry) => entry.sessionId)).toEqual(['a', 'c']);
});

test('a session on a Grid stays known as one', async () => {
  const entry = {
    sessionId: 'mark',
    apiUrl: 'http://hub:4444',
    kind: 'grid',
    startedAt: 1_800_000_000_000,
  } as const;
  await new Ledger(folder).started(entry);
  expect(await new Ledger(folder).open()).toEqual([entry]);
});

test('a start that has an answer is known by the id of its session', async () => {
  const apiUrl = 'https://api.example';
  const ledger = new Ledger(folder);
  const start = { sessionId: 'key', apiUrl, kind: 'start', startedAt: 1, startsUntil: 2 } as const;
  await ledger.started(start);
  expect(await ledger.open()).toEqual([start]);
  await ledger.started({ sessionId: 'a', apiUrl }, 'key');
  expect(await ledger.open()).toEqual([{ sessionId: 'a', apiUrl }]);
});

test('a line that a crash cut short does not hide the others', async () => {
  const ledger = new Ledger(folder);
  await ledger.started({ sessionId: 'a', apiUrl: 'https://api.example' });
  await appendFile(join(folder, 'ledger.jsonl'), '{"event":"star');
  expect(await ledger.open()).toEqual([{ sessionId: 'a', apiUrl: 'https://api.example' }]);
});

test('no ledger, nothing open; and nobody else may read it', async () => {
  const ledger = new Ledger(folder);
  expect(await ledger.open()).toEqual([]);
  await ledger.started({ sessionId: 'a', apiUrl: 'https://api.example' });
  expect((await stat(join(folder, 'ledger.jsonl'))).mode & 0o077).toBe(0);
});
