/** Ended sessions are kept for days, and looked at again and again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionInfo } from '../../../src/contract/session';
import { SessionFolder } from '../../../src/server/data/session-folder';
import { EndedSession } from '../../../src/server/sessions/ended-session';
import { heapUsed } from '../heap-used';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-finished-'))));
afterEach(async () => rm(folder, { recursive: true }));

/** An ended session with 1,000 tests. */
async function finished(id: string): Promise<EndedSession> {
  const files = new SessionFolder(folder, id);
  const tests = Array.from({ length: 1_000 }, (_, n) => ({
    title: `${id} ${n} ${'x'.repeat(500)}`,
    startMs: n,
    endMs: n + 1,
    outcome: n % 4 === 0 ? 'failed' : 'passed',
  }));
  await mkdir(dirname(files.tests), { recursive: true });
  await writeFile(files.tests, tests.map((it) => `${JSON.stringify(it)}\n`).join(''));
  return new EndedSession(files, {
    info: { id, status: 'closed' } as SessionInfo,
    owner: undefined,
    reason: null,
    offset: 0,
    cdp_token: '',
    viewer_token: '',
  });
}

test('what was shown of their tests does not stay in memory', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => finished(`session-${n}`)),
  );
  const before = heapUsed();
  for (const session of sessions) {
    expect(await session.allTests()).toHaveLength(1_000);
    expect(await session.testSummary()).toMatchObject({ done: 1_000, failed: 250 });
  }
  expect(heapUsed() - before).toBeLessThan(3_000_000);
  expect((await sessions[7]?.testSummary())?.last?.title).toMatch(/^session-7 999 x/);
});
