/** The session server: a real implementation of the session API on this machine. Puts its parts together, and takes them down in order. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '../contract/routes';
import { SessionwrightError } from '../contract/errors';
import { Auth } from './auth';
import { HttpRouter } from './http-router';
import { LiveView } from './live-view';
import { SessionRegistry } from './registry';
import { Replays } from './replays';
import { browserRoutes } from './routes/browser';
import { lifecycleRoutes } from './routes/lifecycle';
import { observeRoutes } from './routes/observe';
import { networkLogRoutes } from './routes/network-logs';
import { openapiRoutes } from './routes/openapi';
import { pageRoutes } from './routes/page';
import { recordingRoutes } from './routes/recordings';
import { workflowRoutes } from './routes/workflow';
import type { BrowserSettings } from './session-browser';
import type { Recording } from './session-recording';
import { UrlSigner, newToken } from './tokens';
import { Upgrades } from './upgrades';

/** Sessions at the same time, when nothing else was said: each takes about 150 MB. */
const MAX_SESSIONS = 100;
/** How long an idle HTTP connection is kept, in milliseconds: longer than clients keep theirs, so that they never write into one that just closed. */
const KEEP_ALIVE_MS = 65_000;
/** One minute, in milliseconds. */
const MINUTE_MS = 60_000;

/** How a session server is set up. Everything has a default. */
export interface SessionServerOptions extends BrowserSettings {
  /** The port; 0 lets the system choose one. @default 0 */
  port?: number | undefined;
  /** The address to listen on. Anything but loopback lets others in who know the key. @default '127.0.0.1' */
  hostname?: string | undefined;
  /** The key that callers must send. @default a random one */
  apiKey?: string | undefined;
  /** What sessions are that do not say. @default true */
  headless?: boolean | undefined;
  /** `always` records each session from its start; `on-demand` leaves that to whoever calls {@link SessionServer.recording}. @default 'always' */
  recording?: 'always' | 'on-demand' | undefined;
  /** `always` logs the requests of each session from its start; `on-demand` from the first call that asks for the log. @default 'always' */
  networkLogs?: 'always' | 'on-demand' | undefined;
  /** Profiles and frames live below it. @default a fresh temporary folder, which is removed at the end */
  workDir?: string | undefined;
  /** Sessions at the same time; more are refused with 429. @default 100 */
  maxSessions?: number | undefined;
  /** Length of a minute for the sessions' timers, in milliseconds. For tests, which cannot wait for minutes. @default 60000 */
  minuteMs?: number | undefined;
}

/** A running session server. */
export interface SessionServer {
  /** Its base URL, such as `http://127.0.0.1:4444`. */
  readonly url: string;
  /** The key that callers must send. Keep it out of logs. */
  readonly apiKey: string;
  /** What users should be told, such as that Chromium runs without its sandbox. Grows as sessions start. */
  readonly notices: readonly string[];
  /** True while the session runs. */
  isActive(sessionId: string): boolean;
  /**
   * The recorder and the frames of a session, opened on first use. The frames can be read until the server is closed.
   * @throws {@link NotFoundError} when there is no such session
   */
  recording(sessionId: string): Promise<Recording>;
  /** Stops every session, removes what they left, and stops to listen. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a session server. The caller closes it.
 * @throws {@link SessionwrightError} (`listen_failed`) when the address cannot be listened on
 */
export async function startSessionServer(options: SessionServerOptions = {}): Promise<SessionServer> {
  const { apiKey = newToken(), hostname = '127.0.0.1' } = options;
  const folder = await openFolder(options.workDir);
  const registry = new SessionRegistry({
    workDir: folder.path,
    browser: browserSettings(options),
    headless: options.headless ?? true,
    maxSessions: options.maxSessions ?? MAX_SESSIONS,
    logNetworkAlways: options.networkLogs !== 'on-demand',
    recordAlways: options.recording !== 'on-demand',
    minuteMs: options.minuteMs ?? MINUTE_MS,
  });
  const auth = new Auth(apiKey, hostname);
  const replays = new Replays(async () => {
    const { ClipEncoder } = await import('../recording/clip-encoder');
    return ClipEncoder.launch({ executablePath: options.executablePath, workDir: folder.path });
  });
  const http = createHttpServer({ auth, registry, replays });
  const sockets = trackSockets(http);
  await listen(http, options.port ?? 0, hostname).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  const close = async (): Promise<void> => {
    http.close();
    await Promise.all([registry.close(), replays.close()]);
    for (const socket of sockets) socket.destroy();
    await folder.remove();
  };
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http, hostname),
    apiKey,
    get notices() {
      return [...registry.notices];
    },
    isActive: (sessionId) => registry.find(sessionId)?.status === 'active',
    recording: async (sessionId) => registry.get(sessionId).recording.open(),
    close: () => (closing ??= close()),
  };
}

function createHttpServer({ auth, registry, replays }: { auth: Auth; registry: SessionRegistry; replays: Replays }): Server {
  const signer = new UrlSigner();
  const router = new HttpRouter(
    [
      { method: 'GET', path: routes.health, open: true, handle: ({ json }) => json({ status: 'ok', version: '1', description: 'sessionwright session server' }) },
      ...lifecycleRoutes(registry),
      ...browserRoutes(registry),
      ...pageRoutes(registry),
      ...observeRoutes(registry),
      ...recordingRoutes({ registry, replays, signer }),
      ...openapiRoutes(),
      ...workflowRoutes(registry),
      ...networkLogRoutes({ registry, signer }),
    ],
    auth,
  );
  const upgrades = new Upgrades({ auth, registry, liveView: new LiveView(registry, auth) });
  const http = createServer((request, response) => void router.handle(request, response));
  http.on('upgrade', (request, stream, head) => void upgrades.handle(request, stream, head));
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  return http;
}

/** Every open connection, upgraded ones included, so that closing waits for none of them. */
function trackSockets(http: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(http: Server, port: number, hostname: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) => reject(new SessionwrightError(`The session server cannot listen on ${hostname}:${port}: ${cause.message}. Choose another port, or 0 for a free one.`, { code: 'listen_failed', cause })));
    http.listen(port, hostname, resolve);
  });
}

function urlOf(http: Server, hostname: string): string {
  const { port } = http.address() as AddressInfo;
  const name = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[hostname] ?? (hostname.includes(':') ? `[${hostname}]` : hostname);
  return `http://${name}:${port}`;
}

async function openFolder(workDir: string | undefined): Promise<{ path: string; remove(): Promise<void> }> {
  if (workDir === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'sessionwright-'));
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }) };
  }
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  return { path: workDir, remove: async () => {} };
}

function browserSettings({ executablePath, channel, args, ignoreDefaultArgs, env }: SessionServerOptions): BrowserSettings {
  return { executablePath, channel, args, ignoreDefaultArgs, env };
}
