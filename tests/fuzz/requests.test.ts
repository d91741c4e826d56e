/** Every operation that the server describes, with everything wrong that can be: the contract's error, at once, and a server that goes on. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { broken, fitting, type Resolve, type Schema } from './schema';

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[];
  body: Schema | undefined;
}

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: Operation['parameters']; requestBody?: { content: Record<string, { schema: Schema }> } }>>;
}

/** Bad input is answered within a second. */
const ANSWER_MS = 1_000;
/** Requests per operation. */
const RUNS = 40;
/** Names that climb, hide, or mean something to some file system. */
const NASTY = ['..', '../x', '../../etc/passwd', '..\\..\\x', '/etc/passwd', 'C:\\x', 'a\0b', 'CON', 'nul.txt', 'COM1', '.', ' ', '%2e%2e', '~', 'x'.repeat(3_000), '💥', "'", '"', '<script>', '\r\nx-injected: 1'];

let folder: string;
let server: SessionServer;
let running: string;
let ended: string;
let operations: Operation[];
let resolve: Resolve;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-fuzz-'));
  server = await startSessionServer({ workDir: folder, recording: 'on-demand' });
  running = await startSession();
  ended = await startSession();
  await send('DELETE', `/sessions/${ended}/stop`);
  const description = JSON.parse((await send('GET', '/openapi.json')).text) as OpenApi;
  resolve = (schema) => (schema.$ref === undefined ? schema : resolve(pointed(description, schema.$ref)));
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({ method: method.toUpperCase(), path, parameters, body: requestBody?.content['application/json']?.schema })),
  );
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('bad input', () => {
  test('the description names every operation', () => {
    expect(operations.length).toBeGreaterThan(25);
  });

  test('bodies with one thing wrong', async () => {
    for (const operation of operations.filter(({ body }) => body)) {
      await fc.assert(
        fc.asyncProperty(broken(operation.body ?? {}, resolve), fc.constantFrom(randomUUID(), ended, running), async (body, id) => {
          if (id === running && isBrowserWork(operation)) return; // what happens to be right would really be done
          const answer = await send(operation.method, fill(operation.path, id), JSON.stringify(body));
          expectAnswer(operation, answer);
          await stopStarted(answer);
        }),
        { numRuns: RUNS },
      );
    }
  });

  test('actions with a field of the wrong type, on a session that runs', async () => {
    const execute = operations.find(({ path }) => path.endsWith('/page/execute'));
    const actions = resolve(execute?.body ?? {}).oneOf ?? resolve(execute?.body ?? {}).anyOf ?? [];
    expect(actions.length).toBeGreaterThan(20);
    for (const action of actions) {
      const [required] = (resolve(action).required ?? []).filter((name) => name !== 'type');
      if (required === undefined) continue;
      await fc.assert(
        fc.asyncProperty(fitting(action, resolve), fc.constantFrom([], {}, null), async (base, wrong) => {
          const answer = await send('POST', `/sessions/${running}/page/execute`, JSON.stringify({ ...(base as object), [required]: wrong }));
          expect(answer.status, answer.text).toBe(422);
          expect(answer.tookMs).toBeLessThan(ANSWER_MS);
        }),
        { numRuns: 5 },
      );
    }
  });

  test('query parameters', async () => {
    for (const operation of operations.filter(({ parameters }) => parameters.some((it) => it.in === 'query'))) {
      const names = operation.parameters.filter((it) => it.in === 'query').map(({ name }) => name);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...names), fc.oneof(fc.string(), fc.constantFrom(...NASTY, '-1', '0', '1e9', 'NaN', 'maybe', '99999999999999999999')), fc.constantFrom(ended, running), async (name, value, id) => {
          expectAnswer(operation, await send(operation.method, `${fill(operation.path, id)}?${new URLSearchParams({ [name]: value }).toString()}`));
        }),
        { numRuns: RUNS },
      );
    }
  });

  test('names and ids in paths: nothing is read or written outside', async () => {
    const before = await everyFile(folder);
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      for (const name of NASTY) {
        const path = operation.path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(name));
        const answer = await send(operation.method, path, operation.body && '{}');
        expectAnswer(operation, answer);
        expect(answer.text, path).not.toContain('root:');
        expect(answer.status, `${operation.method} ${path}`).toBeGreaterThanOrEqual(400);
      }
    }
    expect(await everyFile(folder)).toEqual(before);
  });

  test('bodies of 50 MB, not JSON, and cut short', async () => {
    const huge = `{"x": "${'y'.repeat(50 * 1024 * 1024)}"}`;
    for (const operation of operations.filter(({ body }) => body)) {
      const path = fill(operation.path, running);
      const answer = await send(operation.method, path, huge);
      expect(answer.status, path).toBe(413);
      expectAnswer(operation, answer);
      for (const text of ['{', 'null', '[]', '"text"', '\u0000', '{"a":1}x', '{"__proto__": {"x": 1}}']) expectAnswer(operation, await send(operation.method, path, text));
    }
  });

  test('the server and its session are as they were', async () => {
    expect((await send('GET', '/health')).status).toBe(200);
    expect(JSON.parse((await send('GET', `/sessions/${running}`)).text)).toMatchObject({ status: 'active' });
    const result = JSON.parse((await send('POST', `/sessions/${running}/page/execute`, JSON.stringify({ type: 'evaluate_js', code: '1 + 1' }))).text) as object;
    expect(result).toMatchObject({ success: true, data: { markdown: '2' } });
  });
});

interface Answer {
  status: number;
  contentType: string;
  text: string;
  tookMs: number;
}

/** By hand: `fetch` would tidy up the paths that are the point here. */
async function send(method: string, path: string, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const beganMs = performance.now();
  return new Promise((done, fail) => {
    const headers = { authorization: `Bearer ${server.apiKey}`, ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
    const call = request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => done({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', text, tookMs: performance.now() - beganMs }));
    });
    call.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : fail(error))); // the answer may come before all was sent
    call.end(body);
  });
}

function expectAnswer({ method, path }: Operation, { status, contentType, text, tookMs }: Answer): void {
  const what = `${method} ${path} -> ${status} ${text.slice(0, 300)}`;
  expect(status, what).toBeLessThan(500);
  expect(status, what).toBeGreaterThanOrEqual(200);
  if (status < 400) return;
  expect(tookMs, what).toBeLessThan(ANSWER_MS);
  expect(contentType, what).toContain('application/json');
  const body = JSON.parse(text) as { status: unknown; message: unknown; detail?: unknown };
  expect(body.status, what).toBe(status);
  expect(body.message, what).toEqual(expect.any(String));
  if (status === 422) expect(body.detail, what).toEqual(expect.any(Array));
  expect(text, what).not.toMatch(/node_modules|\.ts:\d+|at .*\(/);
}

/** Calls that act on a page when they are right, and then may take their time. */
function isBrowserWork({ path }: Operation): boolean {
  return path.includes('/page/');
}

async function stopStarted({ status, text }: Answer): Promise<void> {
  const id = status === 200 ? (JSON.parse(text) as { session_id?: string; status?: string }) : {};
  if (id.session_id !== undefined && id.status === 'active' && id.session_id !== running) await send('DELETE', `/sessions/${id.session_id}/stop`);
}

async function startSession(): Promise<string> {
  return (JSON.parse((await send('POST', '/sessions/start', '{}')).text) as { session_id: string }).session_id;
}

function fill(path: string, id: string): string {
  return path.replaceAll(/\{[^}]+\}/g, id);
}

function pointed(root: object, ref: string): Schema {
  return ref.slice(2).split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root) as Schema;
}

/** Files outside of browser profiles, which change all the time. */
async function everyFile(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true })).filter((name) => !/profile|user-data/.test(name)).sort();
}
