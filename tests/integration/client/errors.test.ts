import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import type { SessionsClient } from '../../../src/client/index';
import {
  clientOf,
  errorOf,
  json,
  KEY,
  sessionBody,
  shown,
  startScriptedApi,
  type Handler,
  type ScriptedApi,
} from './scripted-api';

let api: ScriptedApi | undefined;
let client: SessionsClient | undefined;

afterEach(async () => {
  await client?.close();
  await api?.close();
});

async function connect(handler: Handler, options = {}): Promise<SessionsClient> {
  api = await startScriptedApi(handler);
  return (client = clientOf(api.url, options).client);
}

const answering =
  (status: number, body: unknown, headers = {}) =>
  (_: unknown, response: Parameters<Handler>[1]) =>
    json(response, status, body, headers);

describe('one typed error per failure', () => {
  it.each([
    [400, 'ApiError', 'request_failed', 'Check the request.'],
    [401, 'AuthenticationError', 'unauthorized', 'Check the key'],
    [403, 'PermissionError', 'forbidden', 'permissions'],
    [404, 'NotFoundError', 'not_found', 'Check the id, and that apiUrl'],
    [409, 'ApiError', 'request_failed', 'Check the request.'],
    [501, 'ApiError', 'request_failed', 'Another server'],
    [422, 'InvalidRequestError', 'invalid_request', 'Correct the named fields.'],
    [429, 'RateLimitError', 'rate_limited', 'fewer sessions'],
    [500, 'ServerError', 'server_error', 'Try again'],
    [502, 'ServerError', 'server_error', 'Try again'],
    [503, 'OverloadedError', 'overloaded', 'no capacity'],
    [529, 'OverloadedError', 'overloaded', 'no capacity'],
  ])('%d is a %s', async (status, name, code, advice) => {
    const it = await connect(
      answering(status, { status, message: `it broke for ${KEY}`, detail: null }),
      { retries: 0 },
    );
    const error = await errorOf(it.status('abc'));
    expect(error).toMatchObject({ name, code, method: 'GET', path: '/sessions/abc', status });
    expect(error.message).toContain(
      `Could not look up session abc: GET /sessions/abc on ${api?.url ?? ''} answered ${status}: it broke for ***. `,
    );
    expect(error.message).toContain(advice);
    expect(shown(error)).not.toContain(KEY);
  });

  it('422 names each field as a caller writes it', async () => {
    const it = await connect(
      answering(422, {
        status: 422,
        message: 'invalid',
        detail: [
          { loc: ['body', 'idle_timeout_minutes'], msg: 'too long for your plan', type: 'x' },
        ],
      }),
    );
    const error = await errorOf(it.start());
    expect(error['issues']).toEqual([{ path: 'idleTimeout', message: 'too long for your plan' }]);
    expect(error.message).toContain('invalid - idleTimeout: too long for your plan');
  });

  it('429 tells when to come back', async () => {
    const it = await connect(
      answering(429, { status: 429, message: 'slow down' }, { 'retry-after': '7' }),
      { retries: 0 },
    );
    expect(await errorOf(it.status('a'))).toMatchObject({
      retryAfter: 7_000,
      message: expect.stringContaining('Try again in 7 s') as string,
    });
  });

  it('an HTML page of something in between is cut down to its text', async () => {
    const it = await connect(
      (_, response) =>
        response
          .writeHead(502, { 'content-type': 'text/html' })
          .end('<html><style>b{}</style><h1>502 Bad\n Gateway</h1></html>'),
      { retries: 0 },
    );
    expect((await errorOf(it.status('a'))).message).toContain('answered 502: 502 Bad Gateway. ');
  });

  it('a server without a browser: its own words, all of them, and no second try', async () => {
    const places = Array.from({ length: 40 }, (_, n) => `  /places/that/were/looked/at/${n}`).join(
      '\n',
    );
    const message = `No Chromium was found. Looked at:\n${places}`;
    const it = await connect(answering(501, { status: 501, message, code: 'browser_not_found' }));
    const error = await errorOf(it.start());
    expect(error).toMatchObject({
      code: 'browser_not_found',
      status: 501,
      message: `Could not start a session: POST /sessions/start on ${api?.url ?? ''} answered 501: ${message}`,
    });
    expect(api?.requests).toHaveLength(1);
  });

  it('a body that is not JSON', async () => {
    const it = await connect((_, response) => response.writeHead(200).end('<html>welcome</html>'));
    expect(await errorOf(it.status('a'))).toMatchObject({
      name: 'ContractError',
      code: 'contract_violation',
      status: 200,
      message: expect.stringContaining('is not JSON. Check that apiUrl is a session API') as string,
    });
  });

  it('a body that breaks the contract, without repeating what may be secret', async () => {
    const it = await connect(
      answering(200, sessionBody('a', { status: 'RUNNING', created_at: 'token=cdp-secret' })),
    );
    const error = await errorOf(it.status('a'));
    expect(error.name).toBe('ContractError');
    expect(error.message).toContain('breaks the contract: created_at: ');
    expect(error.message).toContain(
      'status: Invalid option: expected one of "active"|"closed"|"error"|"timed_out", got "RUNNING"',
    );
    expect(shown(error)).not.toContain('cdp-secret');
  });

  it('an API that is not there', async () => {
    client = clientOf('http://127.0.0.1:1', { retries: 1 }).client;
    const error = await errorOf(client.status('a'));
    expect(error).toMatchObject({
      name: 'ApiUnreachableError',
      code: 'api_unreachable',
      maybeReceived: false,
      message: expect.stringContaining(
        'is not reachable (ECONNREFUSED). Check apiUrl, and',
      ) as string,
    });
    expect(shown(error)).not.toContain(KEY);
  });

  it('an API that never answers, and one that never finishes its answer', async () => {
    const it = await connect(
      ({ url }, response) => {
        if (url.includes('slow'))
          response.writeHead(200, { 'content-type': 'application/json' }).write('{"session_id":');
      },
      { timeout: 200 },
    );
    for (const id of ['hang', 'slow']) {
      const since = performance.now();
      expect(await errorOf(it.status(id))).toMatchObject({
        name: 'ApiUnreachableError',
        maybeReceived: true,
        message: expect.stringContaining('had no complete answer within 200 ms') as string,
      });
      expect(performance.now() - since).toBeLessThan(10_000);
    }
  });

  it('a redirect to somebody else, who gets no key', async () => {
    const other = await startScriptedApi(answering(200, sessionBody()));
    const it = await connect((_, response) =>
      response.writeHead(307, { location: `${other.url}/sessions/a` }).end(),
    );
    expect(await errorOf(it.status('a'))).toMatchObject({
      name: 'ContractError',
      message: expect.stringContaining(
        `redirects to ${other.url}, which must not get the key`,
      ) as string,
    });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('a client that is closed', async () => {
    const it = await connect(answering(200, sessionBody()));
    await it.close();
    expect(await errorOf(it.status('a'))).toMatchObject({ code: 'client_closed' });
    expect(await errorOf(it.start())).toMatchObject({ code: 'client_closed' });
  });
});

it('a fault that is not of the network is told as it is, and tried once', async () => {
  let tries = 0;
  const schema: Record<string, unknown> = {};
  schema['items'] = {
    get self() {
      tries++;
      return schema; // a circle, which is no JSON
    },
  };
  const it = await connect(answering(200, sessionBody()));
  const session = await it.start();
  const error = await errorOf(session.scrape({ responseFormat: schema }));
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toContain('circular');
  expect(tries).toBe(1);
});

describe('what a call sends', () => {
  it('names its caller and carries its key', async () => {
    const it = await connect(answering(200, sessionBody()));
    await it.status('a/b?c');
    expect(api?.requests[0]).toMatchObject({
      url: '/sessions/a%2Fb%3Fc',
      headers: {
        authorization: `Bearer ${KEY}`,
        'x-notte-request-origin': 'sessionwright',
        'user-agent': expect.stringMatching(/^sessionwright\/\d/) as string,
      },
    });
  });

  it('follows a redirect within the origin, with its key', async () => {
    const it = await connect(({ url }, response) =>
      url === '/sessions/old'
        ? response.writeHead(308, { location: '/sessions/new' }).end()
        : json(response, 200, sessionBody('new')),
    );
    expect((await it.status('old')).id).toBe('new');
    expect(api?.requests[1]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('keeps the prefix of the base URL', async () => {
    api = await startScriptedApi(answering(200, sessionBody()));
    client = clientOf(`${api.url}/prefix/`).client;
    await client.status('a');
    expect(api.requests[0]?.url).toBe('/prefix/sessions/a');
  });

  it('takes 201 for success', async () => {
    const it = await connect(answering(201, sessionBody()));
    expect((await it.status('a')).status).toBe('active');
  });
});

describe('retries', () => {
  it('a look is repeated after 5xx, 429, 529 and lost connections', async () => {
    const answers: Handler[] = [
      answering(500, {}),
      answering(429, {}, { 'retry-after': '0' }),
      (_, response) => response.socket?.destroy(),
      answering(200, sessionBody()),
    ];
    const it = await connect((request, response, count) =>
      answers[count - 1]?.(request, response, count),
    );
    await it.status('a');
    expect(api?.requests).toHaveLength(4);
  });

  it('no other answer is asked for twice', async () => {
    const it = await connect(answering(404, {}));
    await errorOf(it.status('a'));
    expect(api?.requests).toHaveLength(1);
  });

  it('waits as long as the API asks', async () => {
    const it = await connect((_, response, count) =>
      count === 1
        ? json(response, 429, {}, { 'retry-after': '1' })
        : json(response, 200, sessionBody()),
    );
    const since = performance.now();
    await it.status('a');
    expect(performance.now() - since).toBeGreaterThanOrEqual(990);
  });

  it.each(['0', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'does not hurry for "Retry-After: %s"',
    async (header) => {
      const it = await connect(answering(429, {}, { 'retry-after': header }), {
        retryDelay: 400,
      });
      await errorOf(it.start({ startTimeout: 4_000 }));
      expect(api?.requests.length).toBeLessThanOrEqual(4); // after 0, 400, 1200 and 2800 ms
    },
  );

  it.each(['3600', '9'.repeat(400)])(
    'does not begin a wait that its time does not allow: %s',
    async (header) => {
      const it = await connect(answering(429, {}, { 'retry-after': header }), {
        timeout: 40_000,
      });
      const since = performance.now();
      expect(await errorOf(it.status('a'))).toMatchObject({
        name: 'RateLimitError',
        retryAfter: Number(header) * 1000,
      });
      expect(performance.now() - since).toBeLessThan(20_000);
      expect(api?.requests).toHaveLength(1);
    },
  );

  it('a stop is repeated', async () => {
    const it = await connect((_, response, count) =>
      count < 3
        ? json(response, 502, {})
        : json(response, 200, sessionBody('a', { status: 'closed' })),
    );
    expect((await it.stop('a')).status).toBe('closed');
    expect(api?.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'DELETE']);
  });
});

describe('environment', () => {
  it('a proxy of the environment is not used for this machine', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    try {
      const it = await connect(answering(200, sessionBody()));
      expect((await it.status('a')).id).toBe('session-1');
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });

  it('a proxy of the environment is used for other hosts', async () => {
    api = await startScriptedApi(answering(200, sessionBody()));
    process.env['http_proxy'] = api.url;
    try {
      client = clientOf('http://sessions.invalid').client;
      expect((await client.status('a')).id).toBe('session-1');
      expect(api.requests[0]?.url).toBe('http://sessions.invalid/sessions/a');
    } finally {
      delete process.env['http_proxy'];
    }
  });

  it('a proxy that never answers does not outlast the deadline', async () => {
    const sockets: Socket[] = [];
    const proxy = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    process.env['https_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      client = clientOf('https://sessions.invalid', { timeout: 300 }).client;
      expect(await errorOf(client.status('a'))).toMatchObject({
        name: 'ApiUnreachableError',
        message: expect.stringContaining('within 300 ms') as string,
      });
    } finally {
      delete process.env['https_proxy'];
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});
