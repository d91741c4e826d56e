/** The session server: implements the session API. Creates its parts, and closes them in order. */
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
import type { GridSettings } from '../browser/grid/grid';
import type { BrowserProvider } from '../browser/provider/types';
import type { ProviderSettings } from '../browser/provider/provider-browsers';
import type { RemoteBrowsers } from '../browser/remote-browsers';
import type { BrowserSettings, LaunchSettings } from './browsers/session-browser';
import type { OpenRecording } from '../recording/session-recorder';
import { FileStorage } from './data/storage';
import { UrlSigner } from './http/signed-urls';
import { answerRaw, answerUnreadable } from './http/answers';
import { HeavyWork } from '../work/heavy-work';
import { upgradeHandler } from './upgrades';

/** Default limit of sessions at the same time. Each takes about 150 MB. */
const MAX_SESSIONS = 100;
/** Default limit of waiting starts. Each costs only an open connection. */
const MAX_WAITING = 100;
/** How long a start may wait, in milliseconds: less than the shortest deadline of known clients, 45 seconds, and of proxies, 60 seconds. */
const MAX_WAIT_MS = 30_000;
/** How long an ended session is kept, in milliseconds: 24 hours, as in the contract. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** Options of a session server. All are optional. */
export interface SessionServerOptions extends LaunchSettings {
  /** The port; 0 for any free one. @default 0 */
  port?: number | undefined;
  /** The address to listen on. Beyond loopback, anyone who has the key can use the server. @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * The server's URL behind a proxy, such as `https://sessions.example`; may have a path. URLs in answers begin with it, and the server
   * accepts its host name. @default URLs begin with the address that the caller used
   */
  publicUrl?: string | undefined;
  /** The key that callers must send: at least 16 characters if `host` or `publicUrl` is not loopback. @default a random one */
  apiKey?: string | undefined;
  /**
   * More keys, each with a name and an optional limit of sessions. A key can see, use and stop only its own sessions, profiles and
   * uploads. `apiKey` is the operator's key and sees everything. @default none
   */
  keys?: readonly AccountKey[] | undefined;
  /** A Selenium Grid that provides the browsers. @default none: browsers run on this machine */
  grid?: GridSettings | undefined;
  /** A provider that starts the browsers, such as that of a browser cloud. Excludes `grid`. @default none: browsers run on this machine */
  provider?: BrowserProvider | ProviderSettings | undefined;
  /** Whether sessions are headless by default. @default true */
  headless?: boolean | undefined;
  /** `always` records each session from its start; `on-demand` records from the call of {@link HostedServer.recording}. @default 'always' */
  recording?: 'always' | 'on-demand' | undefined;
  /** `always` logs the requests of each session from its start; `on-demand` logs from the call of {@link HostedServer.logNetwork}. @default 'always' */
  networkLog?: 'always' | 'on-demand' | undefined;
  /**
   * A folder that outlives the server. The next server on it has the same profiles, files, ended sessions and recordings.
   * Only one server can use it at a time.
   * @default none: everything is removed with the server
   */
  dataDir?: string | undefined;
  /** The folder for this run if there is no `dataDir`. @default a temporary folder, which is removed at the end */
  workDir?: string | undefined;
  /** How long an ended session, its recording, logs and downloads are kept, in milliseconds. @default 24 hours */
  retention?: number | undefined;
  /** Sessions at the same time. Further starts wait, first come, first served. @default 100 */
  maxSessions?: number | undefined;
  /** Starts that may wait. Further ones are refused with 429. @default 100 */
  maxWaiting?: number | undefined;
  /** How long a start may wait, in milliseconds, before it is refused with 429. @default 30000 */
  maxWait?: number | undefined;
  /** How long a start may wait for a `grid` or a `provider`, in milliseconds, before it is refused with 429. @default as long as its caller */
  maxGridWait?: number | undefined;
  /**
   * Number of prewarmed browsers, which make starts faster. They first have the default options, and later those of the latest start.
   * Sessions with a profile, a proxy or a `cdpUrl` do not use them. They do not count as sessions; each takes about 100 MB.
   * Has no effect with a `grid` or a `provider`.
   * @default 0
   */
  warm?: number | undefined;
  /** Whether `GET /metrics` works without a key. It contains the names of keys, but no sessions and no addresses. @default false */
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
  /** The page that shows all sessions. Its token allows to watch them, but not to drive. Secret. */
  readonly wallUrl: string;
  /** Notices for users, such as that Chromium runs without its sandbox. Grows as sessions start. */
  readonly notices: readonly string[];
  /** Number of prewarmed browsers that are ready. */
  readonly warm: number;
  /** Current numbers of sessions. */
  readonly counts: SessionCounts;
  /**
   * Refuses new sessions with 503, and reports it at `/ready`. Resolves when the last running session has ended. Everything else
   * works until {@link SessionServer.close}.
   */
  drain(): Promise<void>;
  /** Stops all sessions and the server. Removes all files outside a `dataDir`. Safe to call twice. */
  close(): Promise<void>;
}

/** A session server with the members that a run's host uses in its own process. */
export interface HostedServer extends SessionServer {
  /** What the current starts wait for on a Grid or at a provider, as text. With `lately`, also if the last start has just been given up. */
  waitingFor(options?: { lately?: boolean }): Promise<string | undefined>;
  /** True while the session runs. */
  isActive(sessionId: string): boolean;
  /**
   * Access to the session's browser without the gateway, for a client of the same run. Undefined if the browser is on another machine.
   * @throws {@link NotFoundError} for an unknown session, {@link SessionEndedError} for an ended one
   */
  enterDirectly(sessionId: string): DirectEntry | undefined;
  /**
   * The recorder and the frames of a session, opened on first use. The frames can be read until the server is closed.
   * @throws {@link NotFoundError} for an unknown session, {@link SessionEndedError} for an ended one
   */
  recording(sessionId: string): Promise<OpenRecording>;
  /**
   * Logs the requests of a session from now on. Does nothing if the log has started, or the session has ended.
   * @throws {@link NotFoundError} for an unknown session
   */
  logNetwork(sessionId: string): Promise<void>;
  /** Takes notes on tests in a session. The viewer shows them, and the replay gets a chapter per test. Does nothing if the session has ended. */
  noteTest(sessionId: string, ...notes: TestNote[]): void;
}

/**
 * Starts a session server. The caller closes it.
 * @throws {@link SessionwrightError} `listen_failed` if it cannot listen on the address, `data_folder_in_use` if another server uses the
 * `dataDir`, `data_folder_unusable` if that cannot be written, has a newer format, or is damaged; {@link OptionsError} for a key that is too
 * short for the `host`, for invalid `keys`, and for an invalid `publicUrl`
 */
export async function startServer(options: SessionServerOptions = {}): Promise<HostedServer> {
  const { apiKey = newToken(), host: hostname = '127.0.0.1' } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : parsePublicUrl(options.publicUrl);
  checkKeyLength(apiKey, publicUrl && isLoopback(hostname) ? publicUrl.hostname : hostname);
  const accounts = new Accounts(apiKey, keysOf(options, apiKey));
  const data = await DataFolder.open(options);
  const parts = await orClose(data, assemble(data, options, accounts));
  const { registry, replays, remote, work } = parts;
  const auth = new Auth(accounts, hostname, publicUrl);
  const signer = new UrlSigner(data.signingKey);
  const { http, router, connections } = createHttpServer({ ...parts, publicUrl, auth, signer });
  await orClose(data, listen(http, options.port ?? 0, hostname));
  registry.starts.warmUp();
  const close = async (): Promise<void> => {
    router.close();
    http.close();
    await Promise.all([
      registry.close().then(async () => remote?.close()),
      replays.close(),
      work.close(),
    ]);
    await setImmediate(); // callers that were just refused get their answers
    connections.close();
    parts.metrics.close();
    await router.settled(); // an upload must not write into the folder while it is removed
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
    waitingFor: async (options) => remote?.waitingFor(options),
    isActive: (sessionId) => registry.find(sessionId)?.status === 'active',
    recording: async (sessionId) => registry.get(sessionId).ensureActive().recording.open(),
    logNetwork: async (sessionId) => registry.logNetwork(sessionId),
    noteTest: (sessionId, ...notes) => registry.noteTests(sessionId, notes),
    drain: async () => registry.drain(),
    close: () => (closing ??= close()),
  };
}

/** Unlocks the folder after a failure, so that a second try can have it. */
async function orClose<T>(data: DataFolder, work: Promise<T>): Promise<T> {
  return work.catch(async (error: unknown) => {
    await data.close();
    throw error;
  });
}

function keysOf({ keys }: SessionServerOptions, apiKey: string): AccountKey[] {
  return keys === undefined ? [] : checkKeys(keys, 'the option "keys"', apiKey);
}

/** The parts of the server, without HTTP. */
interface Parts extends Omit<RouteParts, 'auth' | 'signer'> {
  remote: RemoteBrowsers | undefined;
}

/** Loads the module only if it is needed. */
async function openRemote({
  grid,
  provider,
}: SessionServerOptions): Promise<RemoteBrowsers | undefined> {
  if (grid) return new (await import('../browser/grid/grid')).Grid(grid);
  if (!provider) return undefined;
  const { ProviderBrowsers } = await import('../browser/provider/provider-browsers');
  return new ProviderBrowsers('start' in provider ? { provider } : provider);
}

async function assemble(
  data: DataFolder,
  options: SessionServerOptions,
  accounts: Accounts,
): Promise<Parts> {
  const remote = await openRemote(options);
  const profiles = await ProfileStore.open(data.profiles);
  const storage = new FileStorage(data);
  const metrics = new ServerMetrics();
  const work = new HeavyWork();
  const maxSessions = options.maxSessions ?? MAX_SESSIONS;
  const registry = new SessionRegistry({
    ...{ data, profiles, storage, work },
    browser: browserSettings({ ...options, remote }),
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
    ...{ registry, replays, profiles, storage, remote, work, metrics, accounts, maxSessions },
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
  http.on('checkContinue', answer); // the router asks for the body when it knows the caller
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
  remote,
}: BrowserSettings): BrowserSettings {
  return { executablePath, channel, args, ignoreDefaultArgs, env, remote };
}
