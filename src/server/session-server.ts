/** The session server: a real implementation of the session API on this machine. Puts its parts together, and takes them down in order. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { SessionwrightError } from '../contract/errors';
import { bracketed, isLoopback } from '../base/addresses';
import { newToken } from '../base/tokens';
import { MINUTE_MS } from '../contract/limits';
import { notFound } from '../contract/refusals';
import type { TestNote } from '../contract/test-notes';
import { Accounts, type AccountKey } from './accounts/account';
import { checkKeyLength, checkKeys } from './accounts/keys';
import { Auth } from './http/auth';
import { Connections, SERVER_OPTIONS } from './http/connections';
import { DataFolder } from './data/data-folder';
import { HttpRouter } from './http/http-router';
import { parsePublicUrl, withoutPrefix, type PublicUrl } from './http/public-url';
import { LiveView } from './viewer/live-view';
import { ProfileStore } from './data/profiles';
import { ServerMetrics } from './metrics/server-metrics';
import { SessionRegistry, type SessionCounts } from './sessions/registry';
import type { DirectEntry } from './sessions/known-session';
import { Replays } from './replays/replays';
import { routesOf, type RouteParts } from './routes';
import type { Grid, GridSettings } from '../browser/grid/grid';
import type { BrowserSettings, LaunchSettings } from './browsers/session-browser';
import type { OpenRecording } from '../recording/session-recorder';
import { FileStorage } from './data/storage';
import { UrlSigner } from './http/signed-urls';
import { answerRaw, answerUnreadable } from './http/answers';
import { HeavyWork } from '../work/heavy-work';
import { upgradeHandler } from './upgrades';

/** Sessions at the same time, when nothing else was said: each takes about 150 MB. */
const MAX_SESSIONS = 100;
/** Starts that may wait, when nothing else was said: each is an open connection, and no more. */
const MAX_WAITING = 100;
/** How long a start may wait, in milliseconds: the answer comes before the shortest deadline of the API's known clients, 45 seconds, and before a proxy's 60. */
const MAX_WAIT_MS = 30_000;
/** How long an ended session is kept, in milliseconds: 24 hours, as the contract's documentation says. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** How a session server is set up. Everything has a default. */
export interface SessionServerOptions extends LaunchSettings {
  /** The port; 0 lets the system choose one. @default 0 */
  port?: number | undefined;
  /** The address to listen on. Anything but loopback lets others in who know the key. @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * The URL by which others reach the server through a proxy, such as `https://sessions.example`, or with a path below a host: every URL
   * in answers begins with it, and requests by its name are let in. @default URLs begin with how the caller reached the server
   */
  publicUrl?: string | undefined;
  /** The key that callers must send: at least 16 characters when `host` or `publicUrl` is not loopback. @default a random one */
  apiKey?: string | undefined;
  /**
   * Keys beside `apiKey`, each with a name and, if it shall have fewer sessions than the server, how many at most. Each sees, uses and
   * stops only what it has started itself: sessions, profiles, uploads. `apiKey` is the operator's: it sees everything. @default none
   */
  keys?: readonly AccountKey[] | undefined;
  /** A Selenium Grid that browsers come from. @default none: they are started on this machine */
  grid?: GridSettings | undefined;
  /** What sessions are that do not say. @default true */
  headless?: boolean | undefined;
  /** `always` records each session from its start; `on-demand` leaves that to whoever calls {@link HostedServer.recording}. @default 'always' */
  recording?: 'always' | 'on-demand' | undefined;
  /** `always` logs the requests of each session from its start; `on-demand` leaves that to whoever calls {@link HostedServer.logNetwork}. @default 'always' */
  networkLog?: 'always' | 'on-demand' | undefined;
  /**
   * A folder that outlives the server: profiles, files, finished sessions and their recordings are there again for the next server on it.
   * One server at a time.
   * @default none: everything ends with the server
   */
  dataDir?: string | undefined;
  /** Without a `dataDir`: where everything lives until the server ends. @default a fresh temporary folder, which is removed at the end */
  workDir?: string | undefined;
  /** How long an ended session, its recording, logs and downloads are kept, in milliseconds. @default 24 hours */
  retention?: number | undefined;
  /** Sessions at the same time; who wants more waits for its turn, first come first served. @default 100 */
  maxSessions?: number | undefined;
  /** Starts that may wait for their turn; more are refused with 429, and with 0 every one that finds no place. @default 100 */
  maxWaiting?: number | undefined;
  /** How long each may wait, in milliseconds; then it is refused with 429. @default 30000 */
  maxWait?: number | undefined;
  /** How long each may wait in the queue of a `grid`, in milliseconds; then it is refused with 429. @default as long as its caller */
  maxGridWait?: number | undefined;
  /**
   * So many browsers wait for sessions, which then begin at once: with the default options, and later with those that were asked for last.
   * Sessions with a profile, a proxy or a `cdpUrl` start their own. They do not count as sessions; each takes about 100 MB.
   * With a `grid` there are none.
   * @default 0
   */
  warm?: number | undefined;
  /** Whether `GET /metrics` needs no key. It names keys by their names, but no session and no address. @default false */
  publicMetrics?: boolean | undefined;
  /** @internal Length of a minute for the sessions' timers, in milliseconds: shorter in tests. @default 60000 */
  minuteMs?: number | undefined;
}

/** A running session server. */
export interface SessionServer {
  /** Its base URL, such as `http://127.0.0.1:4444`. */
  readonly url: string;
  /** The key that callers must send. Keep it out of logs. */
  readonly apiKey: string;
  /** The page of all its sessions, with a token that lets its holder watch them, and do nothing else. Secret. */
  readonly wallUrl: string;
  /** What users should be told, such as that Chromium runs without its sandbox. Grows as sessions start. */
  readonly notices: readonly string[];
  /** How many browsers wait for a session, ready to begin. */
  readonly warm: number;
  /** How many sessions there are now. */
  readonly counts: SessionCounts;
  /**
   * Starts no more sessions: they are refused with 503, and `/ready` says so. Resolves when the last one that runs has ended. Everything
   * else goes on, until {@link SessionServer.close}.
   */
  drain(): Promise<void>;
  /** Stops every session, removes what is not kept in a `dataDir`, and stops to listen. Safe to call twice. */
  close(): Promise<void>;
}

/** A session server with what the host of a run does in its own process. */
export interface HostedServer extends SessionServer {
  /** What the starts of now wait for, in words, where somebody else than this machine decides: a Grid. `lately`: also when the last one has just been given up. */
  waitingFor(options?: { lately?: boolean }): Promise<string | undefined>;
  /** True while the session runs. */
  isActive(sessionId: string): boolean;
  /**
   * A way to the session's browser past the gateway, for a client on this machine that is part of the same run. Undefined when the browser is elsewhere.
   * @throws {@link NotFoundError} when there is no such session, {@link SessionEndedError} when it has ended
   */
  enterDirectly(sessionId: string): DirectEntry | undefined;
  /**
   * The recorder and the frames of a session, opened on first use. The frames can be read until the server is closed.
   * @throws {@link NotFoundError} when there is no such session, {@link SessionEndedError} when it has ended
   */
  recording(sessionId: string): Promise<OpenRecording>;
  /**
   * Logs the requests of a session from now on. Does nothing when they are logged already, or it has ended.
   * @throws {@link NotFoundError} when there is no such session
   */
  logNetwork(sessionId: string): Promise<void>;
  /** Tests begin in a session, take steps, and end: the viewer shows it, and the replay has a chapter of each. Does nothing for a session that has ended. */
  noteTest(sessionId: string, ...notes: TestNote[]): void;
}

/**
 * Starts a session server. The caller closes it.
 * @throws {@link SessionwrightError} `listen_failed` when the address cannot be listened on, `data_folder_in_use` when another server runs on the
 * `dataDir`, `data_folder_unusable` when it cannot be made or written, is of a newer format, or is damaged; {@link OptionsError} for a key that is too short for its `host`, for `keys` that cannot be used, and for a `publicUrl` that is none
 */
export async function startServer(options: SessionServerOptions = {}): Promise<HostedServer> {
  const { apiKey = newToken(), host: hostname = '127.0.0.1' } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : parsePublicUrl(options.publicUrl);
  checkKeyLength(apiKey, publicUrl && isLoopback(hostname) ? publicUrl.hostname : hostname);
  const accounts = new Accounts(apiKey, keysOf(options, apiKey));
  const data = await DataFolder.open(options);
  const parts = await orClose(data, assemble(data, options, accounts));
  const { registry, replays, grid, work } = parts;
  const auth = new Auth(accounts, hostname, publicUrl);
  const signer = new UrlSigner(data.signingKey);
  const { http, router, connections } = createHttpServer({ ...parts, publicUrl, auth, signer });
  await orClose(data, listen(http, options.port ?? 0, hostname));
  registry.starts.warmUp();
  const close = async (): Promise<void> => {
    router.close();
    http.close();
    await Promise.all([
      registry.close().then(async () => grid?.close()),
      replays.close(),
      work.close(),
    ]);
    await setImmediate(); // whoever has just been refused is told so
    connections.close();
    parts.metrics.close();
    await router.settled(); // an upload that just ends must not write into a folder that is being removed
    await data.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http, hostname),
    apiKey,
    wallUrl: `${urlOf(http, hostname)}/?token=${auth.wall.operators}`,
    get notices() {
      return [...registry.notices];
    },
    get warm() {
      return registry.starts.warm;
    },
    get counts() {
      return registry.counts;
    },
    enterDirectly: (sessionId) => registry.get(sessionId).ensureActive().enterDirectly(),
    waitingFor: async (options) => grid?.waitingFor(options),
    isActive: (sessionId) => registry.find(sessionId)?.status === 'active',
    recording: async (sessionId) => registry.get(sessionId).ensureActive().recording.open(),
    logNetwork: async (sessionId) => registry.logNetwork(sessionId),
    noteTest: (sessionId, ...notes) => registry.noteTests(sessionId, notes),
    drain: async () => registry.drain(),
    close: () => (closing ??= close()),
  };
}

/** Whoever starts again needs the folder's lock. */
async function orClose<T>(data: DataFolder, work: Promise<T>): Promise<T> {
  return work.catch(async (error: unknown) => {
    await data.close();
    throw error;
  });
}

function keysOf({ keys }: SessionServerOptions, apiKey: string): AccountKey[] {
  return keys === undefined ? [] : checkKeys(keys, 'the option "keys"', apiKey);
}

/** The parts of the server, without those for HTTP. */
interface Parts extends Omit<RouteParts, 'auth' | 'signer'> {
  grid: Grid | undefined;
}

/** Loaded only where it is used. */
async function openGrid(settings: GridSettings | undefined): Promise<Grid | undefined> {
  if (!settings) return undefined;
  const { Grid } = await import('../browser/grid/grid');
  return new Grid(settings);
}

async function assemble(
  data: DataFolder,
  options: SessionServerOptions,
  accounts: Accounts,
): Promise<Parts> {
  const grid = await openGrid(options.grid);
  const profiles = await ProfileStore.open(data.profiles);
  const storage = new FileStorage(data);
  const metrics = new ServerMetrics();
  const work = new HeavyWork();
  const maxSessions = options.maxSessions ?? MAX_SESSIONS;
  const registry = new SessionRegistry({
    ...{ data, profiles, storage, work },
    browser: browserSettings({ ...options, grid }),
    headless: options.headless ?? true,
    maxSessions,
    metrics,
    maxWaiting: options.maxWaiting ?? MAX_WAITING,
    maxWaitMs: options.maxWait ?? MAX_WAIT_MS,
    maxGridWaitMs: options.maxGridWait,
    recordAlways: options.recording !== 'on-demand',
    logAlways: options.networkLog !== 'on-demand',
    warm: options.warm ?? 0,
    minuteMs: options.minuteMs ?? MINUTE_MS,
    retentionMs: options.retention ?? RETENTION_MS,
  });
  await registry.load();
  for (const notice of profiles.notices) registry.notices.add(notice);
  const replays = new Replays(async () => {
    const { ClipEncoder } = await import('../recording/clip-encoder');
    return ClipEncoder.launch({ executablePath: options.executablePath, workDir: data.incoming });
  });
  return {
    ...{ registry, replays, profiles, storage, grid, work, metrics, accounts, maxSessions },
    isMetricsPublic: options.publicMetrics ?? false,
  };
}

function createHttpServer(parts: RouteParts & { publicUrl: PublicUrl | undefined }): {
  http: Server;
  router: HttpRouter;
  connections: Connections;
} {
  const { auth, registry, publicUrl, maxSessions } = parts;
  const connections = new Connections(maxSessions);
  const publicBase = publicUrl?.base;
  const router = new HttpRouter(routesOf(parts), { auth, connections, publicBase });
  const liveView = new LiveView({ registry, auth, connections });
  const upgrade = upgradeHandler({ auth, registry, liveView, connections });
  const enter = (request: IncomingMessage): IncomingMessage => {
    request.url = withoutPrefix(request.url ?? '/', publicUrl?.prefix ?? '');
    return request;
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (connections.takesRequest(request.socket)) void router.handle(enter(request), response);
  };
  const http = createServer(SERVER_OPTIONS, answer);
  http.on('connection', (socket) => connections.add(socket));
  http.on('checkExpectation', answer);
  http.on('checkContinue', answer); // the router asks for the body, once it knows the caller
  http.on('upgrade', (request, stream, head) => void upgrade(enter(request), stream, head));
  http.on('connect', (_, stream) => answerRaw(stream, notFound('This server is no proxy.')));
  http.on('clientError', answerUnreadable);
  return { http, router, connections };
}

async function listen(http: Server, port: number, hostname: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) =>
      reject(
        new SessionwrightError(
          `The session server cannot listen on ${hostname}:${port}: ${cause.message}. Choose another port, or 0 for a free one.`,
          { code: 'listen_failed', cause },
        ),
      ),
    );
    http.listen(port, hostname, resolve);
  });
}

function urlOf(http: Server, hostname: string): string {
  const { port } = http.address() as AddressInfo;
  const name = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[hostname] ?? bracketed(hostname);
  return `http://${name}:${port}`;
}

function browserSettings({
  executablePath,
  channel,
  args,
  ignoreDefaultArgs,
  env,
  grid,
}: BrowserSettings): BrowserSettings {
  return { executablePath, channel, args, ignoreDefaultArgs, env, grid };
}
