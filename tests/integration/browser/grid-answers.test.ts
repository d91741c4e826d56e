/** What a Grid, or a proxy before it, answers to a start: waited for where it means "later", and nothing is left on the Grid whatever was said. */
import { describe, expect, test, type TestContext } from 'vitest';
import { Grid } from '../../../src/browser/grid/grid';
import type { BrowserLedger } from '../../../src/browser/remote-browsers';
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

/** A Grid whose answers a test writes down, and what of it runs. Nothing here takes a browser: all tests wait beside each other. */
class ScriptedGrid {
  readonly answers: Answer[];
  /** Marks of what runs on it, by id. */
  readonly running = new Map<string, string>();
  /** Marks of what is in the ledger. */
  readonly open = new Set<string>();
  readonly ledger: BrowserLedger = {
    started: async ({ sessionId }) => void this.open.add(sessionId),
    stopped: async (mark) => void this.open.delete(mark),
  };
  #hub: ScriptedApi | undefined;

  private constructor(answers: Answer[]) {
    this.answers = answers;
  }

  /** It is closed at the end of the test. */
  static async start(
    { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
    ...answers: Answer[]
  ): Promise<{ it: ScriptedGrid; grid: Grid; hub: ScriptedApi }> {
    const it = new ScriptedGrid(answers);
    const hub = (it.#hub = await startScriptedApi(it.handle));
    onTestFinished(() => hub.close());
    return { it, hub, grid: new Grid({ url: hub.url, ledger: it.ledger }) };
  }

  readonly handle: Handler = ({ method, url, body }, response, count) => {
    if (method === 'GET') {
      const slots = [...this.running].map(([sessionId, mark]) => ({
        session: { sessionId, capabilities: { [SESSION_MARK]: mark } },
      }));
      return json(response, 200, { value: { nodes: [{ slots }] } });
    }
    if (method === 'DELETE') {
      this.running.delete(url.split('/').at(-1) ?? '');
      return json(response, 200, { value: null });
    }
    const answer = this.answers[count - 1] ?? WITHOUT_CDP;
    const id = `session-${count}`;
    if (answer.isMade) this.running.set(id, markOf(body));
    if (typeof answer.body === 'string')
      return response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.body);
    const own =
      answer === WITHOUT_CDP ? { value: { sessionId: id, capabilities: {} } } : answer.body;
    return json(response, answer.status, own);
  };

  /** How often it was asked so. */
  asked(method: 'GET' | 'POST'): number {
    return this.#hub?.requests.filter((request) => request.method === method).length ?? 0;
  }

  async nothingLeft(): Promise<void> {
    await eventually(() => expect([[...this.running], [...this.open]]).toEqual([[], []]));
  }
}

function markOf(body: unknown): string {
  const { capabilities } = body as { capabilities: { alwaysMatch: Record<string, string> } };
  return capabilities.alwaysMatch[SESSION_MARK] ?? '';
}

const startOn = async (grid: Grid): Promise<unknown> =>
  grid.open({ headless: true }, AbortSignal.timeout(40_000));

describe.concurrent('a Grid', () => {
  test.for([
    [502, PAGE],
    [503, PAGE],
    [504, PAGE],
  ] as const)(
    'a proxy that answers %i is waited for, and what came of it is ended',
    async ([status, body], context) => {
      const { it, grid } = await ScriptedGrid.start(context, { status, body, isMade: true });
      await expect(startOn(grid)).rejects.toMatchObject({ code: 'grid_without_cdp' });
      expect(it.asked('POST')).toBe(2);
      await it.nothingLeft();
    },
  );

  test.for([
    'New session request timed out',
    'Timed out creating session',
    'Connection error (POST http://10.0.0.7:5555/se/grid/node/session)',
  ])(
    'a request that the Grid lets wait no longer, or has given to a dead node (%s), is made again',
    async (message, context) => {
      const refusal = { status: 500, body: notCreated(message) };
      const { it, grid } = await ScriptedGrid.start(context, refusal);
      await expect(startOn(grid)).rejects.toMatchObject({ code: 'grid_without_cdp' });
      expect(it.asked('POST')).toBe(2);
      await it.nothingLeft();
    },
  );

  test('a refusal is told at once', async (context) => {
    const refusal = { status: 500, body: notCreated('No nodes support the capabilities') };
    const { it, grid } = await ScriptedGrid.start(context, refusal);
    await expect(startOn(grid)).rejects.toMatchObject({ code: 'grid_refused', status: 500 });
    expect(it.asked('POST')).toBe(1);
    await it.nothingLeft();
  });

  test.for([
    ['a page', { status: 200, body: PAGE, isMade: true }, 'not_a_grid'],
    ['a refusal', { status: 500, body: notCreated('Lost'), isMade: true }, 'grid_refused'],
  ] as const)(
    'a session that was made although %s was answered is ended',
    async ([, answer, code], context) => {
      const { it, grid } = await ScriptedGrid.start(context, answer);
      await expect(startOn(grid)).rejects.toMatchObject({ code });
      await it.nothingLeft();
    },
  );

  test('a session that comes late is looked for, and ended', async (context) => {
    const { it, grid } = await ScriptedGrid.start(context, { status: 200, body: PAGE });
    await expect(startOn(grid)).rejects.toMatchObject({ code: 'not_a_grid' });
    const [mark = ''] = it.open;
    await eventually(() => expect(it.asked('GET')).toBeGreaterThan(8));
    expect([...it.open]).toEqual([mark]);
    it.running.set('late', mark);
    await it.nothingLeft();
  });

  test('whoever closes does not wait for it, and leaves it in the ledger', async (context) => {
    const { it, grid } = await ScriptedGrid.start(context, { status: 200, body: PAGE });
    await expect(startOn(grid)).rejects.toMatchObject({ code: 'not_a_grid' });
    const startedMs = performance.now();
    await grid.close();
    expect(performance.now() - startedMs).toBeLessThan(40_000); // it may come for a minute
    expect(it.open.size).toBe(1);
  });

  test('a start that was given up leaves nothing in the ledger of whoever closes', async (context) => {
    const { it } = await ScriptedGrid.start(context);
    const given = new AbortController();
    const silent = await startScriptedApi((request, response, count) => {
      if (request.method === 'GET') return it.handle(request, response, count);
      given.abort(); // while it waits in the queue
      return undefined;
    });
    const grid = new Grid({ url: silent.url, ledger: it.ledger });
    await expect(grid.open({ headless: true }, given.signal)).rejects.toThrow();
    expect(it.open.size).toBe(1);
    await grid.close();
    expect(it.open.size).toBe(0);
    await silent.close();
  });

  test('one that never answered is not waited for: the proxy is named', async () => {
    const proxy = await startScriptedApi((_, response) => response.writeHead(502).end(PAGE));
    await expect(startOn(new Grid({ url: proxy.url }))).rejects.toMatchObject({
      code: 'grid_unreachable',
      status: 502,
      message: expect.stringContaining('was answered with 502, and not by the Grid') as unknown,
    });
    await proxy.close();
  });

  test('a start that the hub has never heard of leaves nothing in the ledger', async (context) => {
    const { it, grid, hub } = await ScriptedGrid.start(context);
    await expect(startOn(grid)).rejects.toMatchObject({ code: 'grid_without_cdp' }); // it was there
    await it.nothingLeft();
    await hub.close();
    const signal = AbortSignal.timeout(2_500);
    await expect(grid.open({ headless: true }, signal)).rejects.toThrow(); // it waits until the hub is back
    await eventually(() => expect([...it.open]).toEqual([]));
  });
});
