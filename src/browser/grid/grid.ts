/** A Selenium Grid as a source of browsers: starts WebDriver sessions, reaches their browsers over CDP, and leaves none behind. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { settledWithin, unlessAborted, withDeadline } from '../../base/deadline';
import { isRecord } from '../../base/json';
import { logOf, since } from '../../base/log';
import { Pending } from '../../base/pending';
import { CdpConnection } from '../../cdp/connection';
import { GridError, timedOut } from '../../contract/errors';
import type { BrowserConnection } from '../browser-connection';
import { browserNameOf, gridCapabilities, type GridBrowserRequest } from './grid-capabilities';
import { cdpUrls, connectTo } from './grid-cdp';
import {
  COMMAND_MS,
  endGridSession,
  keepAlive,
  sessionsOf,
  type PlacedSession,
} from './grid-session';
import { describeWaiting, readState, type GridState } from './grid-state';
import {
  GridWire,
  isRefusal,
  isUnreachable,
  mayWorkLater,
  wasNeverSent,
  type GridPlace,
} from './grid-wire';

const log = logOf('browser');

/** Pause before a Grid that was there is asked again, in milliseconds. */
const AWAY_MS = 1_000;
/** How long a start that was given up is looked for, in milliseconds: a session that was being made by then is there after some 2 s, and on a node that comes up for it, after a minute. */
const TAKE_BACK_MS = 60_000;
/** The same for one that we gave up, once we close: the Grid takes it out of its queue, and ends by itself what nobody takes. */
const LEAVE_MS = 6_000;
/** How long the end of a session may be waited for, in milliseconds; it goes on afterwards. */
const CLOSE_MS = 10_000;

/** Records the sessions that have to be ended, even if this process is killed. */
export interface GridLedger {
  /** Called before the start. The id is the mark that finds the session, `apiUrl` is the Grid without secrets. */
  started(entry: {
    sessionId: string;
    apiUrl: string;
    kind: 'grid';
    startedAt: number;
  }): Promise<void>;
  /** The Grid has no session with this mark any more. */
  stopped(mark: string): Promise<void>;
}

/** How a Grid is used. */
export interface GridSettings extends GridPlace {
  /** What each session is asked for beside our own capabilities; wins over them. */
  capabilities?: Readonly<Record<string, unknown>> | undefined;
  ledger?: GridLedger | undefined;
}

/** A browser on a Grid. */
export interface GridBrowser extends BrowserConnection {
  readonly cdpUrl: string;
  /** What a WebSocket to it must carry. Secret. */
  readonly cdpHeaders: Readonly<Record<string, string>>;
}

/** One Grid. */
export class Grid {
  readonly #wire: GridWire;
  readonly #settings: GridSettings;
  /** The current starts, by the browser that each asks for. */
  readonly #starting = new Set<{ browserName: string }>();
  /** What is still to be done when a session is over. */
  readonly #ending = new Pending();
  #state: GridState | undefined;
  #latest: { browserName: string } | undefined;
  #isClosing = false;
  #isClosed = false;

  constructor(settings: GridSettings) {
    this.#settings = settings;
    this.#wire = new GridWire(settings);
  }

  /** Its URL, without secrets. */
  get shown(): string {
    return this.#wire.shown;
  }

  /**
   * Starts a session, and connects to its browser. Waits while the Grid has no free slot, while its hub restarts, and until it notices
   * that a node died. A Grid that never answered fails at once: its URL is wrong.
   * @throws {@link GridError} when there is no Grid, when it refuses, when its browser cannot be reached, and the signal's reason when it gave the start up
   */
  async open(request: GridBrowserRequest, signal: AbortSignal): Promise<GridBrowser> {
    const start = { browserName: this.#browserName(request) };
    const startedMs = performance.now();
    this.#latest = start;
    this.#starting.add(start);
    try {
      for (;;) {
        try {
          this.#state ??= await this.#look(signal);
          const browser = await this.#openOnce(request, signal);
          log('grid: a browser after %s', since(startedMs));
          return browser;
        } catch (error) {
          await this.#waitAfter(error, signal);
        }
      }
    } finally {
      this.#starting.delete(start);
    }
  }

  /**
   * What the starts of now wait for, to follow "waiting for a session: "; undefined when there are none. Never rejects.
   * @param lately - also when the last one has just been given up
   */
  async waitingFor({ lately = false } = {}): Promise<string | undefined> {
    const [start = lately ? this.#latest : undefined] = this.#starting;
    if (!start) return undefined;
    try {
      const [state, queue] = await Promise.all([this.#look(), this.#queue()]);
      return describeWaiting(state, { waiting: queue.length, ...start });
    } catch {
      return `the Grid at ${this.shown} does not answer`;
    }
  }

  /** Waits, within bounds, until the sessions that are over are gone from the Grid. What is not seen to be gone by then stays in the ledger. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await settledWithin(this.#ending.settled(), CLOSE_MS);
    this.#isClosed = true;
  }

  /** @throws the error, if another try would not help */
  async #waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw signal.reason;
    const mayWork = isUnreachable(error) || mayWorkLater(error);
    if (!mayWork || !this.#state) throw error;
    await unlessAborted(delay(AWAY_MS), signal);
  }

  async #openOnce(request: GridBrowserRequest, signal: AbortSignal): Promise<GridBrowser> {
    const { ledger, capabilities = {} } = this.#settings;
    const mark = randomUUID();
    const entry = {
      sessionId: mark,
      apiUrl: this.shown,
      kind: 'grid',
      startedAt: Date.now(),
    } as const;
    await ledger?.started(entry);
    const alwaysMatch = gridCapabilities(request, capabilities, mark);
    let value: unknown;
    try {
      const body = { capabilities: { alwaysMatch, firstMatch: [{}] } };
      value = await this.#wire.send({ method: 'POST', path: '/session', body, signal });
    } catch (error) {
      if (wasNeverSent(error)) await ledger?.stopped(mark);
      else
        this.#ending.background(
          this.#takeBack(mark, { isRefused: isRefusal(error), isGivenUp: signal.aborted }),
        );
      throw error;
    }
    const id = isRecord(value) && typeof value['sessionId'] === 'string' ? value['sessionId'] : '';
    try {
      return await this.#connect(
        { id, mark },
        isRecord(value) ? value['capabilities'] : undefined,
        request,
      );
    } catch (error) {
      this.#ending.background(this.#end({ id, mark }));
      throw error;
    }
  }

  async #connect(
    session: PlacedSession & { mark: string },
    capabilities: unknown,
    { headless }: GridBrowserRequest,
  ): Promise<GridBrowser> {
    const told = isRecord(capabilities) ? capabilities['se:cdp'] : undefined;
    if (typeof told !== 'string')
      throw new GridError(
        `The Grid at ${this.shown} gave a session without CDP (no se:cdp): sessions need Chrome or Edge on a Selenium Grid 4. Start its nodes with --enable-cdp true (SE_NODE_ENABLE_CDP), and ask for Chrome.`,
        { code: 'grid_without_cdp' },
      );
    const way = await connectTo(cdpUrls(told, this.#wire.base), this.#wire.headers);
    const connection = new CdpConnection(way.transport);
    const stop = keepAlive(this.#wire, session.id, {
      sessionTimeoutMs: this.#state?.sessionTimeoutMs ?? 0,
      onGone: () => connection.close(),
    });
    void connection.closed.then(stop);
    void this.#locate(session);
    const end = once(async () => {
      stop();
      connection.close();
      await this.#end(session);
    });
    void connection.closed.then(() => this.#ending.background(end()));
    if (headless) await closeFirstTab(connection).catch(() => undefined);
    return {
      cdpUrl: way.url,
      cdpHeaders: way.headers,
      connection,
      exited: connection.closed.then(() => ({ code: null, signal: null, stderr: '' })),
      close: async () => {
        this.#ending.background(end());
        await settledWithin(end(), CLOSE_MS);
      },
    };
  }

  /** Its node ends it when the hub is away by then, or was started anew. */
  async #locate(session: PlacedSession): Promise<void> {
    const sessions = await sessionsOf(this.#wire).catch(() => []);
    session.nodeUrl = sessions.find(({ id }) => id === session.id)?.nodeUrl;
  }

  async #end({ mark, ...session }: PlacedSession & { mark: string }): Promise<void> {
    if (await endGridSession(this.#wire, session)) await this.#settings.ledger?.stopped(mark);
  }

  /**
   * The Grid takes a request out of its queue whose sender is gone; what it was just starting then comes a little later.
   * @param how - what is refused by the Grid is looked for once, what we gave up not for long when we close
   */
  async #takeBack(mark: string, how: { isRefused: boolean; isGivenUp: boolean }): Promise<void> {
    const { isRefused, isGivenUp } = how;
    const startedMs = performance.now();
    for (;;) {
      const sessions = await sessionsOf(this.#wire).catch(() => undefined);
      const session = sessions?.find((it) => it.mark === mark);
      if (session) return this.#end({ id: session.id, mark });
      const patienceMs = isGivenUp && this.#isClosing ? LEAVE_MS : TAKE_BACK_MS;
      if (isRefused || performance.now() - startedMs >= patienceMs) {
        if (sessions || isRefused) await this.#settings.ledger?.stopped(mark);
        return;
      }
      await delay(AWAY_MS);
      if (this.#isClosed) return;
    }
  }

  #browserName(request: GridBrowserRequest): string {
    return browserNameOf(request, this.#settings.capabilities ?? {});
  }

  async #look(signal?: AbortSignal): Promise<GridState> {
    const value = await this.#wire.send({
      method: 'GET',
      path: '/status',
      timeoutMs: COMMAND_MS,
      signal,
    });
    const state = readState(value);
    if (state) return state;
    throw new GridError(
      `What answers at ${this.shown} is no Selenium Grid 4: its status names no nodes. Give the URL of a hub, a router or a standalone server, such as http://hub:4444.`,
      { code: 'not_a_grid' },
    );
  }

  async #queue(): Promise<unknown[]> {
    const path = '/se/grid/newsessionqueue/queue';
    const queue = await this.#wire
      .send({ method: 'GET', path, timeoutMs: COMMAND_MS })
      .catch(() => []); // behind a proxy that leads only to /session and /status
    return Array.isArray(queue) ? (queue as unknown[]) : [];
  }
}

/** The tab that ChromeDriver opens: whoever uses the session opens what they need. Without a window a browser needs none. */
async function closeFirstTab(connection: CdpConnection): Promise<void> {
  const work = async (): Promise<void> => {
    const { targetInfos } = await connection.send('Target.getTargets', {});
    const blank = targetInfos.filter(({ type, url }) => type === 'page' && url === 'data:,');
    await Promise.all(
      blank.map(({ targetId }) => connection.send('Target.closeTarget', { targetId })),
    );
  };
  await withDeadline(work(), COMMAND_MS, () => timedOut('the first tab to close', COMMAND_MS));
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
