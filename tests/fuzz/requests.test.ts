/** Every operation that the server describes, with everything wrong that can be: the contract's error, at once, and a server that goes on. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { broken, fitting, type Resolve, type Schema } from './schema';
import { expectError, inTime, openTarget, type Answer, type Target } from './target';

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Schema }[];
  body: Schema | undefined;
  statuses: string[];
  open: boolean;
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema: Schema }> };
        responses: object;
        security?: [];
      }
    >
  >;
}

/** Requests per operation. Failures print how to run them again; another seed tries other requests. */
const RUNS = 30;
fc.configureGlobal({ seed: 20_261_124, numRuns: RUNS });
/** Names that climb, hide, or mean something to some file system. */
const NASTY = [
  '..',
  '../x',
  '../../etc/passwd',
  '..\\..\\x',
  '/etc/passwd',
  'C:\\x',
  'a\0b',
  'CON',
  'nul.txt',
  'COM1',
  '.',
  ' ',
  '%2e%2e',
  '~',
  'x'.repeat(3_000),
  '💥',
  "'",
  '"',
  '<script>',
  '\r\nx-injected: 1',
  '__proto__',
  'constructor',
];
/** Parts of URLs that are no ids, as they are sent. */
const NASTY_PARTS = [
  '%2e%2e%2f%2e%2e%2fserver.json',
  '..%5c..',
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%ff',
  '..;',
  ';x=1',
  '%252e%252e',
  'x'.repeat(12_000),
];

let target: Target;
let running: string;
let ended: string;
let profile: string;
let operations: Operation[];
let resolve: Resolve;

beforeAll(async () => {
  target = await openTarget();
  [running, ended] = await Promise.all([target.start(), target.start()]);
  await target.send('DELETE', `/sessions/${ended}/stop`);
  profile = (
    JSON.parse((await target.send('POST', '/profiles/create', { body: {} })).text) as {
      profile_id: string;
    }
  ).profile_id;
  const description = JSON.parse((await target.send('GET', '/openapi.json')).text) as OpenApi;
  resolve = (schema) =>
    schema.$ref === undefined ? schema : resolve(pointed(description, schema.$ref));
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { parameters = [], requestBody, responses, security }]) => ({
        ...{
          method: method.toUpperCase(),
          path,
          parameters,
          statuses: Object.keys(responses),
          open: security !== undefined,
        },
        body: requestBody?.content['application/json']?.schema,
      }),
    ),
  );
});
afterAll(() => target.close());

test('the description names every operation', () => {
  expect(operations.length).toBeGreaterThan(30);
  expect(new Set(operations.map(({ path }) => path.split('/')[1]))).toEqual(
    new Set(['health', 'sessions', 'scrape', 'profiles', 'storage', 'viewer', 'openapi.json']),
  );
});

test('without the key, with a wrong one, and from another site', async () => {
  for (const operation of operations) {
    const path = fill(operation, running);
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      `Basic ${target.server.apiKey}`,
      target.server.apiKey,
      `Bearer ${target.server.apiKey}x`,
      'x'.repeat(8_000),
    ]) {
      if (!operation.open)
        await target.refuses(operation.method, path, { headers: { authorization } }, 401);
    }
    for (const headers of [
      { host: 'evil.test' },
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: '' },
    ])
      await target.refuses(operation.method, path, { headers }, 403);
  }
});

test('unknown and ended sessions, unknown profiles and files', async () => {
  for (const operation of operations.filter(({ path }) => path.includes('{'))) {
    for (const part of [randomUUID(), ...NASTY_PARTS]) {
      const answer = await target.refuses(
        operation.method,
        operation.path.replaceAll(/\{[^}]+\}/g, part),
        { body: operation.body && '{}' },
      );
      expect(
        [404, 415, 422, 431],
        `${operation.method} ${operation.path} ${part} -> ${answer.text}`,
      ).toContain(answer.status);
    }
    if (operation.statuses.includes('410'))
      await target.refuses(
        operation.method,
        fill(operation, ended),
        { body: operation.body && '{' },
        410,
      );
  }
});

test('methods that are none, and bodies of another type', async () => {
  for (const { path } of operations) {
    const known = operations.filter((it) => it.path === path).map(({ method }) => method);
    const filled = fill({ path }, running);
    for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'TRACE'].filter(
      (it) => !known.includes(it) && !(path === '/sessions/start' && it === 'GET'),
    ))
      await target.refuses(method, filled, {}, 404);
  }
  for (const operation of operations.filter(({ body }) => body)) {
    for (const type of [
      'text/plain',
      '',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ])
      await target.refuses(
        operation.method,
        fill(operation, running),
        { body: '{}', headers: { 'content-type': type } },
        415,
      );
  }
});

test('bodies with one thing wrong', async () => {
  for (const operation of operations.filter(({ body }) => body)) {
    await fc.assert(
      fc.asyncProperty(
        broken(operation.body ?? {}, resolve),
        fc.constantFrom(randomUUID(), ended, running),
        async (body, id) => {
          if (id === running && operation.path.includes('/page/')) return; // what happens to be right would really be done
          const sent = operation.path === '/scrape' ? withoutAddress(body) : body;
          const ask = (): Promise<Answer> =>
            target.send(operation.method, fill(operation, id), { body: JSON.stringify(sent) });
          const answer = triesProxy(sent) ? { ...(await ask()), tookMs: 0 } : await inTime(ask);
          if (answer.status !== 200)
            expectError(
              answer,
              `${operation.method} ${operation.path} ${JSON.stringify(sent).slice(0, 300)}`,
            );
          await stopStarted(answer);
        },
      ),
    );
  }
});

test('actions with a field of the wrong type, on a session that runs', async () => {
  const execute = operations.find(({ path }) => path.endsWith('/page/execute'));
  const actions = resolve(execute?.body ?? {}).oneOf ?? resolve(execute?.body ?? {}).anyOf ?? [];
  expect(actions.length).toBeGreaterThan(20);
  for (const action of actions) {
    const names = Object.keys(resolve(action).properties ?? {}).filter(
      (name) => !['type', 'param', 'answer'].includes(name),
    );
    await fc.assert(
      fc.asyncProperty(
        fitting(action, resolve),
        fc.constantFrom(...names),
        fc.constantFrom([], [{}], { x: 1 }, 'half \uD800'),
        async (base, name, wrong) => {
          await target.refuses(
            'POST',
            `/sessions/${running}/page/execute`,
            { body: JSON.stringify({ ...(base as object), [name]: wrong }) },
            422,
          );
        },
      ),
      { numRuns: 10 },
    );
  }
});

test('query parameters', async () => {
  for (const operation of operations.filter(({ parameters }) =>
    parameters.some((it) => it.in === 'query'),
  )) {
    const names = operation.parameters.filter((it) => it.in === 'query').map(({ name }) => name);
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom(
        ...NASTY,
        '-1',
        '0',
        '1e9',
        'NaN',
        'maybe',
        '99999999999999999999',
        '[]',
        '{}',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        values,
        fc.constantFrom(ended, running),
        async (name, value, id) => {
          const query = new URLSearchParams([
            [name, value],
            ['surplus', value],
            [name, value],
          ]).toString();
          const answer = await inTime(() =>
            target.send(operation.method, `${fill(operation, id)}?${query}`),
          );
          if (answer.status !== 200)
            expectError(answer, `${operation.method} ${operation.path}?${query}`);
        },
      ),
    );
    if (names.includes('update_metadata'))
      await target.refuses(
        operation.method,
        `${fill(operation, running)}?update_metadata=maybe`,
        {},
        422,
      );
  }
});

test('names in paths: nothing is read or written outside', async () => {
  const before = await target.files();
  for (const operation of operations.filter(({ path }) => path.includes('{'))) {
    for (const name of NASTY) {
      const path = operation.path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(name));
      const answer = await inTime(() =>
        target.send(operation.method, path, { body: operation.body && '{}' }),
      );
      if (answer.status !== 200 || !/^\.+$/.test(name))
        expectError(answer, `${operation.method} ${path}`); // dots alone are another path by the rules of URLs
      expect(answer.headers, path).not.toHaveProperty('x-injected');
    }
  }
  expect(await target.files()).toEqual(before);
});

test('bodies of 50 MB, not JSON, and cut short', async () => {
  const huge = Buffer.from(`{"x": "${'y'.repeat(50 * 1024 * 1024)}"}`);
  for (const operation of operations.filter(({ method }) => method !== 'GET')) {
    await target.refuses(
      operation.method,
      operation.path.replaceAll(
        /\{[^}]+\}/g,
        operation.statuses.includes('410') ? ended : randomUUID(),
      ),
      { body: huge },
    );
    if (!operation.body) continue;
    await target.refuses(operation.method, fill(operation, running), { body: huge }, 413);
    for (const text of ['{', '\u0000', '{"a":1}x', "{'a':1}", '{"a":NaN}', '\uFEFF\uFEFF{}'])
      await target.refuses(operation.method, fill(operation, running), { body: text }, 400);
    for (const text of ['null', '[]', '"text"', '0', 'true'])
      await target.refuses(operation.method, fill(operation, running), { body: text }, 422);
  }
});

test.each([
  ['nested 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), 422],
  ['an object nested 100,000 deep', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 422],
  ['with two million values', `[${'1,'.repeat(2_000_000)}1]`, 413],
  ['with a million empty objects', `{"cookies":[${'{},'.repeat(1_000_000)}1]}`, 413],
  [
    'with 200,000 fields',
    JSON.stringify(
      Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`field${index}`, 1])),
    ),
    413,
  ],
  [
    'with 40,000 things wrong',
    `{"cookies":[${'{},'.repeat(40_000)}1],"proxies":[${'{},'.repeat(9_000)}1]}`,
    422,
  ],
  ['with a name of 4 MB', JSON.stringify({ type: 'goto', ['x'.repeat(4_000_000)]: 1 }), 422],
  [
    'with a type of 4 MB',
    JSON.stringify({ type: 'x'.repeat(4_000_000), mode: 'x'.repeat(100) }),
    422,
  ],
  [
    'with half a character',
    '{"type":"fill","selector":"a","value":"\\ud800","cookies":[{"name":"\\udfff"}]}',
    422,
  ],
  ['with half a character in a name', '{"\\ud800":1}', 422],
  [
    'with a prototype',
    '{"__proto__":{"type":"reload","cookies":[]},"constructor":{"prototype":{"x":1}}}',
    422,
  ],
  [
    'with numbers that are none',
    '{"type":"wait","time_ms":1e400,"max_duration_minutes":1e400,"cookies":[{"expires":1e400}],"name":-1e400,"min_nb_actions":1e400,"url":1e400}',
    422,
  ],
])('a body %s', async (_, body, status) => {
  for (const operation of operations.filter((it) => it.body))
    await target.refuses(operation.method, fill(operation, running), { body }, status);
  expect(({} as Record<string, unknown>)['type']).toBeUndefined();
});

test('starts that no browser could do', async () => {
  const wrong = [
    ...[
      { chrome_args: ['--x\0'] },
      { chrome_args: ['x'.repeat(40_000)] },
      { user_agent: 'a\r\nb: c' },
      { user_agent: '\0' },
      { user_agent: 'x'.repeat(10_000) },
    ],
    ...[
      { viewport_width: 0, viewport_height: 0 },
      { viewport_width: -5, viewport_height: 5 },
      { viewport_width: 1e9, viewport_height: 1e9 },
    ],
    ...[
      { extra_http_headers: { 'a b': 'c' } },
      { extra_http_headers: { '': 'c' } },
      { extra_http_headers: { a: 'b\r\nc: d' } },
    ],
    ...[
      { cdp_url: 'http://127.0.0.1' },
      { cdp_url: 'ws://127.0.0.1:1' },
      { cdp_url: target.server.url.replace('http', 'ws') },
      { proxies: [{ type: 'external', server: '127.0.0.1:1' }] },
      { proxies: [{ type: 'external', server: 'http://[::' }] },
    ],
  ];
  for (const body of wrong) await target.refuses('POST', '/sessions/start', { body }, 422);
  for (const id of ['', '../../x', '__proto__', '\0', 'x'.repeat(100_000)])
    await target.refuses('POST', '/sessions/start', { body: { profile: { id } } }, 404);
});

test('addresses and selectors that are none', async () => {
  for (const url of [
    '',
    '\0',
    'http://',
    'http://[',
    'file:///etc/passwd',
    'chrome://crash',
    'ws://127.0.0.1',
    'javascript://x',
    'https://a b',
  ]) {
    for (const path of [
      '/scrape',
      `/sessions/${running}/page/scrape`,
      `/sessions/${running}/page/observe`,
    ])
      await target.refuses('POST', path, { body: { url } }, 422);
  }
  for (const selector of ['\0', ':::', 'xpath=///', '>>', 'internal:x=1', 'x'.repeat(1_000_000)])
    await target.refuses('POST', `/sessions/${running}/page/scrape`, { body: { selector } }, 422);
});

test('cookies that Chromium refuses', async () => {
  const right = { name: 'a', value: 'b', domain: 'a.test', path: '/', httpOnly: false };
  for (const wrong of [
    { domain: '' },
    { domain: '..' },
    { name: 'a=b;c' },
    { value: 'a\0b' },
    { value: 'a\r\nb' },
    { value: 'x'.repeat(5_000) },
    { path: 'x' },
    { partitionKey: 'x' },
    { name: '__Host-x' },
  ]) {
    await target.refuses(
      'POST',
      `/sessions/${running}/cookies`,
      { body: { cookies: [right, { ...right, ...wrong }] } },
      422,
    );
    await stopStarted(await startWithCookies({ ...right, ...wrong }, right));
  }
  const many = Array.from({ length: 3_000 }, (_, index) => ({
    ...right,
    name: `n${index}`,
    domain: `d${index % 100}.test`,
  }));
  expect(
    await target.send('POST', `/sessions/${running}/cookies`, { body: { cookies: many } }),
  ).toMatchObject({ status: 200 });
});

test('the server and its session are as they were', async () => {
  expect(await target.send('GET', '/health')).toMatchObject({ status: 200 });
  expect(JSON.parse((await target.send('GET', `/sessions/${running}`)).text)).toMatchObject({
    status: 'active',
  });
  const result = await target.send('POST', `/sessions/${running}/page/execute`, {
    body: { type: 'evaluate_js', code: '1 + 1' },
  });
  expect(JSON.parse(result.text)).toMatchObject({ success: true, data: { markdown: '2' } });
  expect(JSON.parse((await target.send('GET', '/sessions')).text)).toMatchObject({
    items: [{ session_id: running }],
  });
});

/** A session on a profile whose cookies are not all fit for a browser starts all the same. */
async function startWithCookies(...cookies: object[]): Promise<Answer> {
  expect(
    await target.send('POST', `/profiles/${profile}/cookies`, {
      body: { cookies, mode: 'replace' },
    }),
  ).toMatchObject({ status: 200 });
  const answer = await target.send('POST', '/sessions/start', {
    body: { profile: { id: profile } },
  });
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer;
}

async function stopStarted({ status, text }: Answer): Promise<void> {
  const started =
    status === 200 ? (JSON.parse(text) as { session_id?: string; status?: string }) : {};
  if (
    started.session_id !== undefined &&
    started.status === 'active' &&
    started.session_id !== running
  )
    await target.send('DELETE', `/sessions/${started.session_id}/stop`);
}

/** Addresses are another test: to open one takes a browser. */
function withoutAddress(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'url' in body && typeof body.url === 'string'
    ? { ...body, url: 'none://x' }
    : body;
}

/** A proxy is given five seconds to answer, and the system as long to find a host of its name. */
function triesProxy(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'proxies' in body && Array.isArray(body.proxies)
  );
}

function fill({ path }: Pick<Operation, 'path'>, id: string): string {
  return path.replace('{profile_id}', profile).replaceAll(/\{[^}]+\}/g, id);
}

function pointed(root: object, ref: string): Schema {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root) as Schema;
}
