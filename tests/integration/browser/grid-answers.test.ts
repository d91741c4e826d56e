/** What a Grid, or a proxy before it, answers to a start: waited for where it means "later", and nothing is left on the Grid whatever was said. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Grid, type GridLedger } from '../../../src/browser/grid/grid';
import { SESSION_MARK } from '../../../src/browser/grid/grid-state';
import { eventually } from '../../eventually';
import { json, startScriptedApi, type Handler, type ScriptedApi } from '../client/scripted-api';

const PAGE = '<html><h1>from the proxy</h1></html>';
const notCreated = (message: string) => ({
  value: { error: 'session not created', message: `Could not start a new session. ${message}` },
});

/** An answer to `POST /session`, and whether the Grid has made the session all the same. */
interface Answer {
  status: number;
  body: object | string;
  isMade?: boolean;
}

/** A session that cannot be used, since nothing leads to its browser: how a test sees that a start went on. */
const WITHOUT_CDP: Answer = { status: 200, body: { value: {} }, isMade: true };

let hub: ScriptedApi;
let answers: Answer[];
/** Marks of what runs on the Grid, by id. */
let running: Map<string, string>;
let open: Set<string>;
let grid: Grid;

const ledger: GridLedger = {
  started: async ({ mark }) => void open.add(mark),
  stopped: async (mark) => void open.delete(mark),
};

const handle: Handler = ({ method, url, body }, response, count) => {
  if (method === 'GET') {
    const slots = [...running].map(([sessionId, mark]) => ({
      session: { sessionId, capabilities: { [SESSION_MARK]: mark } },
    }));
    return json(response, 200, { value: { nodes: [{ slots }] } });
  }
  if (method === 'DELETE') {
    running.delete(url.split('/').at(-1) ?? '');
    return json(response, 200, { value: null });
  }
  const answer = answers[count - 1] ?? WITHOUT_CDP;
  const id = `session-${count}`;
  if (answer.isMade) running.set(id, markOf(body));
  if (typeof answer.body === 'string')
    return response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.body);
  const own = answer === WITHOUT_CDP ? { value: { sessionId: id, capabilities: {} } } : answer.body;
  return json(response, answer.status, own);
};

function markOf(body: unknown): string {
  const { capabilities } = body as { capabilities: { alwaysMatch: Record<string, string> } };
  return capabilities.alwaysMatch[SESSION_MARK] ?? '';
}

beforeEach(async () => {
  answers = [];
  running = new Map();
  open = new Set();
  hub = await startScriptedApi(handle);
  grid = new Grid({ url: hub.url, ledger });
});
afterEach(async () => hub.close());

const start = async (): Promise<unknown> =>
  grid.open({ headless: true }, AbortSignal.timeout(40_000));
const starts = (): number => hub.requests.filter(({ method }) => method === 'POST').length;

const looks = (): number => hub.requests.filter(({ method }) => method === 'GET').length;

async function nothingLeft(): Promise<void> {
  await eventually(() => expect([[...running], [...open]]).toEqual([[], []]));
}

test.each([
  [502, PAGE],
  [503, PAGE],
  [504, PAGE],
])('a proxy that answers %i is waited for, and what came of it is ended', async (status, body) => {
  answers = [{ status, body, isMade: true }];
  await expect(start()).rejects.toMatchObject({ code: 'grid_without_cdp' });
  expect(starts()).toBe(2);
  await nothingLeft();
});

test.each(['New session request timed out', 'Timed out creating session'])(
  'a request that the Grid lets wait no longer (%s) is made again',
  async (message) => {
    answers = [{ status: 500, body: notCreated(message) }];
    await expect(start()).rejects.toMatchObject({ code: 'grid_without_cdp' });
    expect(starts()).toBe(2);
    await nothingLeft();
  },
);

test('a refusal is told at once', async () => {
  answers = [{ status: 500, body: notCreated('No nodes support the capabilities') }];
  await expect(start()).rejects.toMatchObject({ code: 'grid_refused', status: 500 });
  expect(starts()).toBe(1);
  await nothingLeft();
});

test.each([
  ['a page', { status: 200, body: PAGE, isMade: true }, 'not_a_grid'],
  ['a refusal', { status: 500, body: notCreated('Lost'), isMade: true }, 'grid_refused'],
])('a session that was made although %s was answered is ended', async (_, answer, code) => {
  answers = [answer];
  await expect(start()).rejects.toMatchObject({ code });
  await nothingLeft();
});

test('a session that comes late is looked for, and ended', async () => {
  answers = [{ status: 200, body: PAGE }];
  await expect(start()).rejects.toMatchObject({ code: 'not_a_grid' });
  const [mark = ''] = open;
  await eventually(() => expect(looks()).toBeGreaterThan(8));
  expect([...open]).toEqual([mark]);
  running.set('late', mark);
  await nothingLeft();
});

test('whoever closes does not wait for it, and leaves it in the ledger', async () => {
  answers = [{ status: 200, body: PAGE }];
  await expect(start()).rejects.toMatchObject({ code: 'not_a_grid' });
  const startedMs = performance.now();
  await grid.close();
  expect(performance.now() - startedMs).toBeLessThan(40_000); // it may come for a minute
  expect(open.size).toBe(1);
});

test('a start that was given up leaves nothing in the ledger of whoever closes', async () => {
  const given = new AbortController();
  const silent = await startScriptedApi((request, response, count) => {
    if (request.method === 'GET') return handle(request, response, count);
    return given.abort(); // it waits in the queue
  });
  grid = new Grid({ url: silent.url, ledger });
  await expect(grid.open({ headless: true }, given.signal)).rejects.toThrow();
  expect(open.size).toBe(1);
  await grid.close();
  expect(open.size).toBe(0);
  await silent.close();
});

test('a Grid that never answered is not waited for: the proxy is named', async () => {
  const proxy = await startScriptedApi((_, response) => response.writeHead(502).end(PAGE));
  grid = new Grid({ url: proxy.url, ledger });
  await expect(start()).rejects.toMatchObject({
    code: 'grid_unreachable',
    status: 502,
    message: expect.stringContaining('was answered with 502, and not by the Grid') as unknown,
  });
  await proxy.close();
});

test('a start that the hub has never heard of leaves nothing in the ledger', async () => {
  await expect(start()).rejects.toMatchObject({ code: 'grid_without_cdp' }); // it was there
  await nothingLeft();
  await hub.close();
  const signal = AbortSignal.timeout(2_500);
  await expect(grid.open({ headless: true }, signal)).rejects.toThrow(); // it waits until the hub is back
  await eventually(() => expect([...open]).toEqual([]));
});
