/** A session that is no good any more, or cannot be connected to: who gets another one, and what is told of it. */
import { expect, test } from 'vitest';
import { json, sessionBody, type Handler } from '../client/scripted-api';
import type { Run } from '../../../src/host/run';
import { startRun } from './started-run';

/** Starts sessions by their number, and says of each that it runs. */
function numbered(): Handler {
  let started = 0;
  return ({ method, url }, response) => {
    const [, , named] = url.split('/');
    const id = url === '/sessions/start' ? `session-${++started}` : named;
    json(response, 200, sessionBody(id, method === 'DELETE' ? { status: 'closed' } : {}));
  };
}

const check = (leaseId: string, more = {}) => ({
  leaseId,
  timeoutMs: 0,
  mayBeGone: true,
  ...more,
});

const failToConnect = async (run: Run, leaseId: string): Promise<boolean> =>
  (await run.reportBadSession(leaseId, 'connect-failed')).isWithdrawn;

test.each([
  ['its own worker', 'goes on'],
  ['the next worker', 'is replaced'],
])('%s gets another one, though its API says that it is active', async (_, worker) => {
  const { api, run, acquire } = await startRun(numbered());
  const { leaseId, sessionId } = await acquire();
  expect(sessionId).toBe('session-1');
  await run.reportBadSession(leaseId, 'unresponsive');
  if (worker === 'is replaced') {
    run.release(leaseId);
    expect(await acquire()).toMatchObject({ sessionId: 'session-2', reused: false });
  } else expect(await run.prepareSession(check(leaseId))).toMatchObject({ sessionId: 'session-2' });
  const requests = (): string[] => api.requests.map(({ method, url }) => `${method} ${url}`);
  await expect.poll(requests).toContain('DELETE /sessions/session-1/stop');
  expect(requests().filter((it) => it.includes('/debug'))).toEqual([]); // its browser would not answer
});

test("what a test has left on somebody else's session is for no other test: the run does not attach to it again", async () => {
  const { run, acquire } = await startRun(numbered(), { sessionId: 'theirs' });
  const { leaseId } = await acquire();
  await run.reportBadSession(leaseId, 'not-cleared');
  const refusal = {
    code: 'session_not_cleared',
    message: expect.stringContaining('Session theirs is not reused') as string,
  };
  await expect(run.prepareSession(check(leaseId))).rejects.toMatchObject(refusal);
  run.release(leaseId);
  await expect(acquire()).rejects.toMatchObject(refusal);
});

const ownContext = (...lasting: string[]) => ({ lasting, keepState: false });

test("a session is not used by a test that must not meet what the browser remembers, whichever worker's it is", async () => {
  const { run, acquire } = await startRun(numbered());
  const { leaseId } = await acquire();
  const uses = { leaseId, timeoutMs: 0, mayBeGone: false };
  const begin = async (more: object): Promise<unknown> => run.prepareSession({ ...uses, ...more });
  const alice = { ownContext: ownContext('httpCredentials alice') };
  expect(await begin(alice)).toBeNull();
  expect(await begin(alice)).toBeNull();
  expect(await begin({})).toBeNull(); // it has a context of its own
  expect(await begin({ ownContext: { lasting: [], keepState: true } })).toBeNull();
  expect(await begin({ ownContext: ownContext('httpCredentials bob') })).toMatchObject({
    sessionId: 'session-2',
  });
  run.release(leaseId);
  const next = await acquire();
  expect(next.sessionId).toBe('session-2');
  const none = { ownContext: ownContext(), leaseId: next.leaseId };
  await expect(begin({ ...none, hasOpenContexts: true })).rejects.toMatchObject({
    code: 'session_not_cleared',
    message: expect.stringContaining('a hook keeps a page open') as string,
  });
  expect(await begin(none)).toMatchObject({ sessionId: 'session-3' });
});

test("somebody else's session that remembers is refused to such a test, by the name of the option", async () => {
  const { run, acquire } = await startRun(numbered(), { sessionId: 'theirs' });
  const { leaseId } = await acquire();
  const uses = { leaseId, timeoutMs: 0, mayBeGone: false };
  const lasting = ['httpCredentials alice', 'ignoreHTTPSErrors'];
  await run.prepareSession({ ...uses, ownContext: ownContext(...lasting) });
  const refused = run.prepareSession({ ...uses, ownContext: ownContext('ignoreHTTPSErrors') });
  await expect(refused).rejects.toMatchObject({
    code: 'session_not_cleared',
    message: expect.stringMatching(
      /set httpCredentials there.*sessionOptions\.sessionId/,
    ) as string,
  });
});

test('one that cannot be connected to is replaced once: where that does not help, no more are started', async () => {
  const { run, acquire } = await startRun(numbered());
  const { leaseId } = await acquire();
  expect(await failToConnect(run, leaseId)).toBe(true);
  expect(await run.prepareSession(check(leaseId))).toMatchObject({ sessionId: 'session-2' });
  expect(await failToConnect(run, leaseId)).toBe(false);
  expect(await run.prepareSession(check(leaseId))).toBeNull();
  run.release(leaseId);
  const next = await acquire();
  expect(next.sessionId).toBe('session-2');
  expect(await failToConnect(run, next.leaseId)).toBe(false);
  const connected = { mayBeGone: false, isConnected: true };
  expect(await run.prepareSession(check(next.leaseId, connected))).toBeNull();
  expect(await failToConnect(run, next.leaseId)).toBe(true);
});

test("somebody else's that cannot be connected to is not replaced: there is no other", async () => {
  const { run, acquire } = await startRun(numbered(), { sessionId: 'theirs' });
  const { leaseId } = await acquire();
  expect(await failToConnect(run, leaseId)).toBe(false);
});

test.each([
  ['stopped', 'that a test has stopped itself'],
  ['died', 'that has ended by itself'],
])('the summary tells as %s one %s', async (end) => {
  const goOn = numbered();
  let hasEnded = false;
  const handler: Handler = (request, response, count) =>
    hasEnded && request.url.includes('session-1')
      ? json(response, 404, { status: 404, message: 'no such session' })
      : goOn(request, response, count);
  const { run, acquire } = await startRun(handler);
  const { leaseId } = await acquire();
  hasEnded = true;
  if (end === 'stopped') await run.handle({ type: 'session-stopped', sessionId: 'session-1' });
  expect(await run.prepareSession(check(leaseId))).toMatchObject({ sessionId: 'session-2' });
  expect((await run.finish()).lives).toMatchObject([{ id: 'session-1', end }, { end: 'stopped' }]);
});

test.each([
  [404, false],
  [undefined, true],
])(
  'a browser of which its API answers %s is unresponsive, and its session withdrawn: %s',
  async (status, doesHang) => {
    const goOn = numbered();
    const handler: Handler = (request, response, count) => {
      if (!request.url.includes('/cookies')) return goOn(request, response, count);
      return status === undefined ? undefined : json(response, status, { status, message: 'no' });
    };
    const { run, acquire } = await startRun(handler);
    const { leaseId } = await acquire();
    expect(await run.reportBadSession(leaseId, 'health-check-failed')).toEqual({
      isWithdrawn: doesHang,
      loss: null,
    });
  },
);
