/** A Selenium Grid as a source of browsers: starts WebDriver sessions, connects to their browsers over CDP, and ends all of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { settledWithin, unlessAborted, withDeadline } from '../../base/deadline';
import { isRecord } from '../../base/json';
import { logOf, since } from '../../base/log';
import { Pending } from '../../base/pending';
import { CdpConnection } from '../../cdp/connection';
import { GridError, timedOut } from '../../contract/errors';
import { UNKNOWN_EXIT } from '../browser-connection';
import type { BrowserLedger, RemoteBrowser, RemoteBrowsers } from '../remote-browsers';
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

/** Pause before the next try while the Grid is unreachable, in milliseconds. */
const RETRY_MS = 1_000;
/** How long a Grid may take to start a session after an unclear answer, in milliseconds: it may start a node first. */
const LATE_START_MS = 60_000;
/** The same after we cancelled the request, in milliseconds: the Grid removes it from its queue. */
const CANCELLED_START_MS = 6_000;
/** How long to wait for the end of a session, in milliseconds; it goes on in the background. */
const CLOSE_MS = 10_000;

/** How a Grid is used. */
export interface GridSettings extends GridPlace {
  /** Capabilities of the user. They win over ours. */
  capabilities?: Readonly<Record<string, unknown>> | undefined;
  ledger?: BrowserLedger | undefined;
}

/** One Grid. */
export class Grid implements RemoteBrowsers {
  readonly kind = 'grid';
  readonly #wire: GridWire;
  readonly #settings: GridSettings;
  /** The current starts, with the browser that each requests. */
  readonly #starting = new Set<{ browserName: string }>();
  /** Work in the background: sessions that end. */
  readonly #ending = new Pending();
  #state: GridState | undefined;
  #latest: { browserName: string } | undefined;

  constructor(settings: GridSettings) {
    this.#settings = settings;
    this.#wire = new GridWire(settings);
  }

  /** Its URL without secrets. */
  get shown(): string {
    return this.#wire.shown;
  }

  get title(): string {
    return `the Selenium Grid at ${this.shown}`;
  }

  get whyEnded(): string {
    return `The session on the Grid at ${this.shown} ended by itself: its browser or its node is gone, or the hub was restarted.`;
  }

  /**
   * Starts a session, and connects to its browser. Waits while the Grid has no free slot, while its hub restarts, and until it notices
   * that a node died. A Grid that never answered fails at once: its URL is wrong.
   * @throws {@link GridError} if there is no Grid, if it refuses, or if its browser cannot be reached; the signal's reason if it is aborted
   */
  async open(request: GridBrowserRequest, signal: AbortSignal): Promise<RemoteBrowser> {
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
   * What the current starts wait for; follows "waiting for a session: "; undefined if there are none. Never rejects.
   * @param lately - also describe the latest start that was cancelled
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

  /** Waits up to 10 s until sessions have ended. Those that have not stay in the ledger. */
  async close(): Promise<void> {
    await settledWithin(this.#ending.settled(), CLOSE_MS);
  }

  /** @throws the error, if another try would not help */
  async #waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw signal.reason;
    const mayWork = isUnreachable(error) || mayWorkLater(error);
    if (!mayWork || !this.#state) throw error;
    await unlessAborted(delay(RETRY_MS), signal);
  }

  async #openOnce(request: GridBrowserRequest, signal: AbortSignal): Promise<RemoteBrowser> {
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
      else {
        const patienceMs = signal.aborted ? CANCELLED_START_MS : LATE_START_MS;
        this.#ending.background(this.#endLate(mark, isRefusal(error) ? 0 : patienceMs));
      }
      throw error;
    }
    const { sessionId, capabilities: given } = isRecord(value) ? value : {};
    const id = typeof sessionId === 'string' ? sessionId : '';
    try {
      return await this.#connect({ id, mark }, isRecord(given) ? given['se:cdp'] : '', request);
    } catch (error) {
      this.#ending.background(this.#end({ id, mark }));
      throw error;
    }
  }

  async #connect(
    session: PlacedSession & { mark: string },
    cdpUrl: unknown,
    { headless }: GridBrowserRequest,
  ): Promise<RemoteBrowser> {
    if (typeof cdpUrl !== 'string' || cdpUrl === '')
      throw new GridError(
        `The Grid at ${this.shown} started a session without CDP (no se:cdp). Sessions need Chrome or Edge on a Selenium Grid 4. Start its nodes with --enable-cdp true (SE_NODE_ENABLE_CDP), and ask for Chrome.`,
        { code: 'grid_without_cdp' },
      );
    const { url, headers, transport } = await connectTo(
      cdpUrls(cdpUrl, this.#wire.base),
      this.#wire.headers,
    );
    const connection = new CdpConnection(transport);
    const stop = keepAlive(this.#wire, session.id, {
      sessionTimeoutMs: this.#state?.sessionTimeoutMs ?? 0,
      onGone: () => connection.close(),
    });
    void connection.closed.then(stop);
    void this.#locate(session);
    let ending: Promise<void> | undefined;
    const end = async (): Promise<void> => this.#ending.track((ending ??= this.#end(session)));
    void connection.closed.then(async () => end().catch(() => undefined));
    if (headless) await closeFirstTab(connection).catch(() => undefined);
    return {
      cdpUrl: url,
      cdpHeaders: headers,
      connection,
      exited: connection.closed.then(() => UNKNOWN_EXIT),
      close: async () => {
        connection.close();
        await settledWithin(end(), CLOSE_MS);
      },
    };
  }

  /** Finds the node, which can end the session if the hub is unreachable or restarts. */
  async #locate(session: PlacedSession): Promise<void> {
    const sessions = await sessionsOf(this.#wire).catch(() => []);
    session.nodeUrl = sessions.find(({ id }) => id === session.id)?.nodeUrl;
  }

  async #end({ mark, ...session }: PlacedSession & { mark: string }): Promise<void> {
    if (await endGridSession(this.#wire, session)) await this.#settings.ledger?.stopped(mark);
  }

  /** Ends the session of a start without a clear answer, if it appears. An entry of the ledger stays if the Grid is unreachable. */
  async #endLate(mark: string, patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const sessions = await sessionsOf(this.#wire).catch(() => undefined);
      const session = sessions?.find((it) => it.mark === mark);
      if (session) return this.#end({ id: session.id, mark });
      if (performance.now() >= deadline) {
        if (sessions || patienceMs === 0) await this.#settings.ledger?.stopped(mark);
        return;
      }
      await delay(RETRY_MS, undefined, { ref: false });
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

/** Closes the tab that ChromeDriver opens. A browser without a window needs none. */
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
