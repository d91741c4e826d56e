import { afterEach, describe, expect, it } from 'vitest';

import type { ClientOptions, ClientWarning, SessionsClient } from '../../../src/client/index';
import {
  clientOf,
  errorOf,
  json,
  KEY,
  listBody,
  sessionBody,
  shown,
  startScriptedApi,
  type Handler,
  type ScriptedApi,
} from './scripted-api';

let api: ScriptedApi;
let client: SessionsClient;
let warnings: ClientWarning[];

afterEach(async () => {
  await client.close();
  await api.close();
});

/** An API that starts, lists and stops; `onStart` says how a start is answered, `listed` what runs already. */
async function connect(
  onStart: Handler,
  { listed = [], ...options }: ClientOptions & { listed?: object[] } = {},
): Promise<void> {
  api = await startScriptedApi((request, response, count) => {
    if (request.url === '/sessions/start') return onStart(request, response, count);
    if (request.method === 'DELETE')
      return json(response, 200, sessionBody(request.url.split('/')[2], { status: 'closed' }));
    if (request.url.startsWith('/sessions?')) return json(response, 200, listBody(...listed));
    json(response, 404, { status: 404, message: 'no such path' });
  });
  ({ client, warnings } = clientOf(api.url, options));
}

const starts = () => api.requests.filter(({ url }) => url === '/sessions/start');
const keys = () => new Set(starts().map(({ headers }) => headers['idempotency-key']));
const stops = () => api.requests.filter(({ method }) => method === 'DELETE').map(({ url }) => url);

describe('a start that certainly made nothing', () => {
  it.each([429, 503, 529])('is repeated after %d', async (status) => {
    await connect((_, response, count) =>
      count === 1
        ? json(response, status, {}, { 'retry-after': '0' })
        : json(response, 200, sessionBody()),
    );
    expect((await client.start()).id).toBe('session-1');
    expect(keys().size).toBe(1);
    expect(warnings).toEqual([]);
  });

  it('waits for a place until its time is over', async () => {
    await connect((_, response) =>
      json(response, 429, { status: 429, message: 'too many sessions' }, { 'retry-after': '0.1' }),
    );
    const since = performance.now();
    expect(await errorOf(client.start({ startTimeout: 2_000 }))).toMatchObject({
      name: 'RateLimitError',
    });
    expect(performance.now() - since).toBeLessThan(10_000); // a start has 60 s unless it says so
    expect(starts().length).toBeGreaterThan(1);
  });

  it('tells each time that there is no place', async () => {
    let full = 0;
    await connect((_, response, count) =>
      count < 3
        ? json(response, count === 1 ? 429 : 503, {}, { 'retry-after': '0' })
        : json(response, 200, sessionBody()),
    );
    await client.start({ onFull: () => full++ });
    expect(full).toBe(2);
  });

  it.each([
    ['while it waits for the next try', { 'retry-after': '60' }],
    ['while a try is under way', undefined],
  ])('is given up by its signal, %s', async (_, headers) => {
    const given = new AbortController();
    await connect((_request, response) => {
      if (headers) json(response, 429, {}, headers);
      setTimeout(() => given.abort(), 50);
    });
    const since = performance.now();
    const failed = errorOf(client.start({ signal: given.signal }));
    expect(await failed).toMatchObject({ path: '/sessions/start' });
    expect(performance.now() - since).toBeLessThan(10_000); // the next try would be in a minute
    expect(starts()).toHaveLength(1);
  });

  it('is not repeated when it was refused', async () => {
    await connect((_, response) => json(response, 403, { status: 403, message: 'plan' }));
    expect(await errorOf(client.start())).toMatchObject({
      name: 'PermissionError',
      path: '/sessions/start',
    });
    expect(starts()).toHaveLength(1);
  });

  it('is refused before any request when an option is wrong', async () => {
    await connect(() => undefined);
    expect(await errorOf(client.start({ idleTimeout: 1_860_000 }))).toMatchObject({
      code: 'invalid_options',
      path: 'idleTimeout',
    });
    expect(await errorOf(client.start({ startTimeout: 0 }))).toMatchObject({
      code: 'invalid_options',
      path: 'startTimeout',
    });
    expect(api.requests).toEqual([]);
  });
});

describe('a start that may have made a session', () => {
  const lost: Record<string, Handler> = {
    'a lost connection': (_, response) => response.socket?.destroy(),
    'a 500': (_, response) => json(response, 500, {}),
    'a 502': (_, response) => json(response, 502, {}),
    'a 504': (_, response) => json(response, 504, {}),
    'no answer in time': () => undefined,
  };

  it.each(Object.entries(lost))(
    'is repeated with the same key after %s; a server that knows the key made only one',
    async (_, loseIt) => {
      await connect(
        (request, response, count) =>
          count === 1
            ? loseIt(request, response, count)
            : json(response, 200, sessionBody(), {
                'idempotency-key': String(request.headers['idempotency-key']),
              }),
        { timeout: 3_000, listed: [sessionBody('other')] },
      );
      expect((await client.start()).id).toBe('session-1');
      expect(starts()).toHaveLength(2);
      expect(keys().size).toBe(1);
      expect(warnings).toEqual([]);
    },
  );

  it('reports sessions that appeared meanwhile, when the server does not know the key', async () => {
    const old = sessionBody('old', { created_at: new Date(Date.now() - 60_000).toISOString() });
    await connect(
      (_, response, count) =>
        count === 1 ? json(response, 500, {}) : json(response, 200, sessionBody()),
      {
        listed: [
          sessionBody('lost'),
          sessionBody(),
          old,
          sessionBody('done', { status: 'closed' }),
        ],
      },
    );
    const session = await client.start();
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'possible_orphan', sessionIds: ['lost'] }),
    ]);
    expect(warnings[0]?.message).toContain(
      `Session ${session.id} was started after a try that got no answer`,
    );
    expect(stops()).toEqual([]);
  });

  it('stops what a failed start has made, where the server tells keys', async () => {
    const listed = [
      sessionBody('lost', { idempotency_key: 'mine' }),
      sessionBody('of-another', { idempotency_key: 'theirs' }),
    ];
    await connect((_, response) => json(response, 500, {}), { retries: 1, listed });
    let isUnclear = false;
    const onUnclear = (): void => void (isUnclear = true);
    await errorOf(client.start({ idempotencyKey: 'mine', onUnclear }));
    expect([...keys()]).toEqual(['mine']);
    expect(stops()).toEqual(['/sessions/lost/stop']);
    expect(warnings).toEqual([]);
    expect(isUnclear).toBe(false);
  });

  it('says that it is unclear when nobody can tell, and else does not', async () => {
    let isLost = false;
    await connect((_, response, count) =>
      isLost && count % 2 === 0 ? json(response, 500, {}) : json(response, 200, sessionBody()),
    );
    const unclear: boolean[] = [];
    await client.start({ onUnclear: () => unclear.push(isLost) });
    isLost = true;
    await client.start({ onUnclear: () => unclear.push(isLost) });
    expect(unclear).toEqual([true]);
    expect(warnings).toEqual([]);
  });

  it("does not take this client's own sessions for lost ones", async () => {
    await connect(
      (_, response, count) =>
        count === 2
          ? json(response, 500, {})
          : json(response, 200, sessionBody(`session-${count}`)),
      { listed: [sessionBody('session-1'), sessionBody('session-3')] },
    );
    await client.start();
    await client.start();
    expect(warnings).toEqual([]);
  });

  it('reports them also when it fails in the end', async () => {
    await connect((_, response) => json(response, 500, { status: 500, message: 'boom' }), {
      retries: 1,
      listed: [sessionBody('lost')],
    });
    const error = await errorOf(client.start());
    expect(error).toMatchObject({ name: 'ServerError', status: 500 });
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'possible_orphan', sessionIds: ['lost'], cause: error }),
    ]);
  });

  it('says so when it cannot find out', async () => {
    api = await startScriptedApi((_, response) => json(response, 500, {}));
    ({ client, warnings } = clientOf(api.url, { retries: 1 }));
    await errorOf(client.start());
    expect(warnings).toEqual([
      expect.objectContaining({
        code: 'possible_orphan',
        sessionIds: [],
        message: expect.stringContaining('list of sessions could not be read') as string,
      }),
    ]);
  });

  it('stops a session whose description breaks the contract', async () => {
    await connect((_, response) =>
      json(response, 200, { session_id: 'broken', status: 'warming_up' }),
    );
    expect(await errorOf(client.start())).toMatchObject({
      name: 'ContractError',
      path: '/sessions/start',
    });
    expect(stops()).toEqual(['/sessions/broken/stop']);
    expect(starts()).toHaveLength(1);
  });

  it('looks for the session of a success that is not JSON', async () => {
    await connect((_, response) => response.writeHead(200).end('ok'), {
      listed: [sessionBody('lost')],
    });
    expect(await errorOf(client.start())).toMatchObject({ name: 'ContractError' });
    expect(warnings).toEqual([expect.objectContaining({ sessionIds: ['lost'] })]);
  });
});

describe('a step after the start that fails', () => {
  it('stops the session: onStart', async () => {
    await connect((_, response) => json(response, 200, sessionBody()), {
      onStart: () => Promise.reject(new Error('ledger is full')),
    });
    expect((await errorOf(client.start())).message).toBe('ledger is full');
    expect(stops()).toEqual(['/sessions/session-1/stop']);
  });

  it('stops the session: an API that names no CDP URL', async () => {
    await connect((_, response) => json(response, 200, sessionBody('a', { cdp_url: null })));
    expect(await errorOf(client.start())).toMatchObject({
      name: 'NotFoundError',
      path: '/sessions/a/debug',
    });
    expect(stops()).toEqual(['/sessions/a/stop']);
  });
});

describe('hooks', () => {
  it('tell a host what runs', async () => {
    const seen: string[] = [];
    await connect((_, response) => json(response, 200, sessionBody()), {
      onStart: (session) => seen.push(`start ${session.id}`),
      onStop: (id) => seen.push(`stop ${id}`),
    });
    const session = await client.start();
    await session.stop();
    await session.stop();
    expect(seen).toEqual(['start session-1', 'stop session-1']);
  });
});

describe('stopping', () => {
  const started: Handler = (_, response) => json(response, 200, sessionBody());

  it('happens at the end of the block, and does not hide the error of the block', async () => {
    api = await startScriptedApi((request, response, count) =>
      request.method === 'DELETE' ? json(response, 500, {}) : started(request, response, count),
    );
    ({ client, warnings } = clientOf(api.url, { retries: 0 }));
    const work = async () => {
      await using session = await client.start();
      throw new Error(`work with ${session.id} failed`);
    };
    expect((await errorOf(work())).message).toBe('work with session-1 failed');
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'stop_failed', sessionIds: ['session-1'] }),
    ]);
  });

  it('may fail, and is then tried again by the next stop', async () => {
    api = await startScriptedApi((request, response, count) => {
      if (request.method !== 'DELETE') return started(request, response, count);
      json(
        response,
        count === 1 ? 400 : 200,
        count === 1
          ? { status: 400, message: 'not now' }
          : sessionBody('session-1', { status: 'closed' }),
      );
    });
    ({ client, warnings } = clientOf(api.url));
    const session = await client.start();
    expect(await errorOf(session.stop())).toMatchObject({ code: 'request_failed' });
    expect((await session.stop()).status).toBe('closed');
    await session.stop();
    expect(stops()).toHaveLength(2);
  });

  it.each([
    [400, { status: 400, message: 'Session was already stopped' }],
    [404, { status: 404, message: 'unknown session' }],
    [204, undefined],
  ])('takes %d %j for an end', async (status, body) => {
    api = await startScriptedApi((request, response, count) => {
      if (request.method === 'GET')
        return json(response, 200, sessionBody('session-1', { status: 'timed_out' }));
      if (request.method !== 'DELETE') return started(request, response, count);
      if (body) json(response, status, body);
      else response.writeHead(status).end();
    });
    ({ client, warnings } = clientOf(api.url));
    const session = await client.start();
    expect((await session.stop()).status).not.toBe('active');
    expect(() => session.cdpUrl).toThrow(expect.objectContaining({ code: 'session_ended' }));
  });

  it('is checked: a session that still runs is an error', async () => {
    api = await startScriptedApi(started);
    ({ client, warnings } = clientOf(api.url));
    const session = await client.start();
    expect(await errorOf(session.stop())).toMatchObject({
      name: 'ContractError',
      message: expect.stringContaining('active after its stop') as string,
    });
  });

  it('is done by closing the client, also for a start that is under way', async () => {
    await connect((_, response) => void setTimeout(() => json(response, 200, sessionBody()), 100));
    const starting = client.start();
    await client.close();
    await starting;
    expect(stops()).toEqual(['/sessions/session-1/stop']);
  });
});

describe('a session that has ended', () => {
  it('tells how, whatever the API answers to a call', async () => {
    const ended = sessionBody('a', {
      status: 'timed_out',
      closed_at: '2026-01-02T03:04:05Z',
      error: 'idle for 3 minutes',
    });
    api = await startScriptedApi(({ url }, response) =>
      url === '/sessions/a'
        ? json(response, 200, ended)
        : json(response, 400, { status: 400, message: 'nope' }),
    );
    ({ client, warnings } = clientOf(api.url));
    const session = await client.connect('a');
    const error = await errorOf(session.cookies());
    expect(error).toMatchObject({
      name: 'SessionEndedError',
      sessionId: 'a',
      status: 'timed_out',
      endedAt: new Date('2026-01-02T03:04:05Z'),
      reason: 'idle for 3 minutes',
    });
    expect(error.message).toBe(
      'Could not read the cookies of session a: it timed out at 2026-01-02T03:04:05.000Z (limits: 3 min idle, 15 min in all): idle for 3 minutes. Start a new one.',
    );
    expect(await errorOf(session.page())).toMatchObject({ code: 'session_ended' });
  });
});

describe('secrets', () => {
  it('are in no error: a CDP URL with its token', async () => {
    await connect((_, response) => json(response, 200, sessionBody()));
    const session = await client.start();
    const error = await errorOf(session.page());
    expect(error).toMatchObject({ name: 'CdpError', code: 'cdp_error' });
    expect(shown(error)).not.toContain('cdp-secret');
    expect(shown(error)).not.toContain(KEY);
  });

  it('are in no error: cookies', async () => {
    await connect((_, response) => json(response, 200, sessionBody()));
    const session = await client.start();
    const error = await errorOf(
      session.setCookies([
        {
          name: 'a',
          value: 'hunter2',
          domain: 'x',
          path: '/',
          httpOnly: true,
          sameSite: 'lax' as 'Lax',
        },
      ]),
    );
    expect(error.message).toBe(
      'Could not set cookies: cookies.0.sameSite: Invalid option: expected one of "Lax"|"None"|"Strict", got "lax"; did you mean "Lax"?',
    );
    expect(shown(error)).not.toContain('hunter2');
  });
});

describe('list', () => {
  it('filters by status, also when the API does not', async () => {
    await connect(() => undefined, {
      listed: [sessionBody('a'), sessionBody('b', { status: 'closed' })],
    });
    expect((await client.list({ status: 'closed' })).items.map(({ id }) => id)).toEqual(['b']);
    expect(api.requests[0]?.url).toBe(
      '/sessions?only_active=false&page=1&page_size=10&status=closed',
    );
    expect((await client.list()).items).toHaveLength(2);
  });
});
