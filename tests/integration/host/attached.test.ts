/** A session of somebody else's is used and never stopped; one that the run has started is in the ledger until it is stopped. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Ledger } from '../../../src/host/ledger';
import type { Lease } from '../../../src/host/protocol';
import { eventually } from '../../eventually';
import { json, sessionBody, type Handler } from '../client/scripted-api';
import { startRun, type StartedRun } from './started-run';

/** A run on an API that has a session of this id, which its worker has. */
async function startWith(
  id: string,
  {
    options = {},
    session = {},
    handler = (request, response) =>
      json(
        response,
        200,
        sessionBody(id, { ...session, ...(request.method === 'DELETE' && { status: 'closed' }) }),
      ),
  }: { options?: object; session?: object; handler?: Handler } = {},
): Promise<StartedRun & { lease: Lease }> {
  const started = await startRun(handler, options);
  return { ...started, lease: await started.acquire() };
}

test.each([
  [{ sessionId: 'theirs' }, 'theirs', []],
  [{}, 'ours', ['DELETE /sessions/ours/stop']],
])('a run with the options %j', async (options, id, stops) => {
  const { api, folder, run, lease } = await startWith(id, { options });
  expect(lease).toMatchObject({ sessionId: id, embedded: false, reused: false });
  const open = await new Ledger(folder).open();
  expect(open.map(({ sessionId }) => sessionId)).toEqual(stops.length > 0 ? [id] : []);
  run.release(lease.leaseId);
  expect(await run.finish()).toMatchObject({ sessions: 1, leftRunning: [], problems: [] });
  expect(await new Ledger(folder).open()).toEqual([]);
  const deletes = api.requests.filter(({ method }) => method === 'DELETE');
  expect(deletes.map(({ method, url }) => `${method} ${url}`)).toEqual(stops);
});

test.each([
  ['a server of ours', { playwright_version: '1.61.0' }, '&startup_page=false'],
  ['another API, whose URLs are as they are', {}, ''],
])('workers make their own pages: %s', async (_, session, added) => {
  const { run, lease } = await startWith('ours', { session });
  expect(lease.cdpUrl).toBe(`ws://127.0.0.1:9/cdp?token=cdp-secret${added}`);
  run.release(lease.leaseId);
  await run.finish();
});

test('what a test has started and not stopped is stopped as the run ends, and is in its ledger no more', async () => {
  const { api, folder, run, lease } = await startWith('ours');
  const { leaseId } = lease;
  const start = { key: 'key', startedAt: Date.now(), startsUntil: Date.now() + 1_000 };
  await run.handle({ type: 'start-began', leaseId, start });
  const outcome = { sessionId: 'of-a-test', isUnclear: false };
  await run.handle({ type: 'start-ended', leaseId, start, outcome });
  run.release(lease.leaseId);
  expect(await run.finish()).toMatchObject({ sessions: 2, leftRunning: [] });
  expect(api.requests.map(({ url }) => url)).toContain('/sessions/of-a-test/stop');
  expect(await new Ledger(folder).open()).toEqual([]);
});

test('a session that cannot be recorded is tried once, and not for every test', async () => {
  let connections = 0;
  const refusing = createServer((socket) => {
    connections++;
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((done) => refusing.listen(0, '127.0.0.1', done));
  const session = { cdp_url: `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}/` };
  const { run, lease } = await startWith('ours', { session });
  for (const title of ['one', 'two'])
    await run.prepareSession({
      leaseId: lease.leaseId,
      timeoutMs: 0,
      mayBeGone: false,
      isConnected: true,
      test: { record: { size: undefined, fps: 25 }, title, attempt: title },
    });
  expect(connections).toBe(1);
  refusing.close();
});

test('a stop that is refused is tried once more at the end of the run, which then leaves nothing running', async () => {
  let stops = 0;
  const handler: Handler = ({ method }, response) => {
    if (method === 'DELETE' && ++stops === 1) json(response, 401, { message: 'not now' });
    else json(response, 200, sessionBody('ours', method === 'DELETE' ? { status: 'closed' } : {}));
  };
  const { folder, run } = await startWith('ours', { handler });
  expect(await run.finish()).toMatchObject({ leftRunning: [], lives: [{ end: 'stopped' }] });
  expect(stops).toBe(2);
  expect(await new Ledger(folder).open()).toEqual([]);
});

test.each([
  { refused: 1, leftRunning: [] },
  { refused: Infinity, leftRunning: ['late'] },
])(
  'a session that comes as the run ends, and whose stop is refused: $refused times',
  async ({ refused, leftRunning }) => {
    let answerStart = (): void => undefined;
    let stops = 0;
    const handler: Handler = ({ method, url }, response, count) => {
      if (url === '/sessions/late/stop' && ++stops <= refused)
        return json(response, 401, { message: 'not now' });
      if (method === 'POST' && count === 2)
        return (answerStart = (): void => void json(response, 200, sessionBody('late')));
      const id = url === '/sessions/late/stop' ? 'late' : 'ours';
      if (id === 'ours' && method === 'DELETE') answerStart();
      const status = method === 'DELETE' ? 'closed' : 'active';
      return json(response, 200, sessionBody(id, { status }));
    };
    const { api, folder, run, acquire } = await startWith('ours', { handler });
    const waiting = acquire(1).catch(() => undefined);
    await eventually(() => expect(api.requests).toHaveLength(2));
    expect(await run.finish()).toMatchObject({ sessions: 1, leftRunning }); // no test has used the other one
    const open = await new Ledger(folder).open();
    expect(open.map(({ sessionId }) => sessionId)).toEqual(leftRunning);
    await waiting;
  },
);

test('a session that is stopped while its recorder still connects, to what does not answer, is stopped in time', async () => {
  const hanging = createServer((socket) => onTestFinished(() => void socket.destroy()));
  await new Promise<void>((done) => hanging.listen(0, '127.0.0.1', done));
  onTestFinished(() => void hanging.close());
  const connected = once(hanging, 'connection');
  const session = { cdp_url: `ws://127.0.0.1:${(hanging.address() as AddressInfo).port}/` };
  const { folder, run, lease } = await startWith('ours', { session });
  const beginning = run.prepareSession({
    leaseId: lease.leaseId,
    ...{ timeoutMs: 0, mayBeGone: false, isConnected: true },
    test: { record: { size: undefined, fps: 25 }, title: 'one', attempt: 'one' },
  });
  beginning.catch(() => undefined);
  await connected;
  expect(await run.finish()).toMatchObject({ leftRunning: [] });
  expect(await new Ledger(folder).open()).toEqual([]);
});

test('a session on which a page of a hook is open stays as long as it runs, though a test might take longer', async () => {
  const session = { max_duration_minutes: 3, idle_timeout_minutes: 3 };
  const { run, lease } = await startWith('ours', { session });
  const check = { leaseId: lease.leaseId, timeoutMs: 300_000, mayBeGone: false, isConnected: true };
  const test = { title: 'one', attempt: 'one', record: null };
  await run.prepareSession({ ...check, test });
  await run.endTest({ leaseId: lease.leaseId, title: 'a test', clip: null, outcome: 'passed' });
  expect(await run.prepareSession({ ...check, hasOpenContexts: true })).toBeNull();
  expect(await run.prepareSession({ ...check, hasOpenContexts: false })).not.toBeNull();
});

test('a session whose API tests have used is replaced ahead of its end like any other', async () => {
  const session = { max_duration_minutes: 3, idle_timeout_minutes: 3 };
  const { run, lease } = await startWith('ours', { session });
  const check = { leaseId: lease.leaseId, timeoutMs: 300_000, mayBeGone: false, isConnected: true };
  await run.prepareSession(check);
  await run.handle({ type: 'api-used', leaseId: lease.leaseId });
  expect(await run.prepareSession(check)).not.toBeNull();
});

test('a test that may take as long as any session lasts gets a new one each time: one notice says what to do', async () => {
  const session = { max_duration_minutes: 15, idle_timeout_minutes: 3 };
  const { run, lease } = await startWith('ours', { session });
  const check = { leaseId: lease.leaseId, mayBeGone: false, isConnected: true };
  const told: (string[] | undefined)[] = [];
  for (const minutes of [15, 15, 20, 14])
    told.push((await run.prepareSession({ ...check, timeoutMs: minutes * 60_000 }))?.notices);
  const why = expect.stringMatching(
    /timeout of 15 min gets a new session.* Set sessionOptions\.maxDuration to more than 1800000, /,
  ) as unknown;
  expect(told).toEqual([undefined, [why], [], undefined]); // the first one is fresh, and no other would last longer
});

test('so does a test that leaves no time for a second one like it, and not one that does', async () => {
  const session = { max_duration_minutes: 15, idle_timeout_minutes: 3 };
  const { run, lease } = await startWith('ours', { session });
  const check = { leaseId: lease.leaseId, mayBeGone: false, isConnected: true };
  const [short, long] = [450_000, 899_999.999]; // two of the first have room
  const told: (string[] | undefined)[] = [];
  for (const [n, timeoutMs] of [short, short, long, long, long].entries()) {
    const test = { title: `test ${n}`, attempt: `${n}`, record: null };
    told.push((await run.prepareSession({ ...check, timeoutMs, test }))?.notices);
    await run.endTest({ leaseId: lease.leaseId, title: 'a test', clip: null, outcome: 'passed' });
  }
  const why = expect.stringMatching(
    /timeout of 15 min gets a new session.* Set sessionOptions\.maxDuration to more than 1800000, /,
  ) as unknown;
  expect(told).toEqual([undefined, undefined, [why], [], []]);
  await run.finish();
});
