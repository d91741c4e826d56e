/** `sessionwright serve`: the session server in the foreground, for a team's own machine. */
import { join, resolve } from 'node:path';
import { MAX_TIMER_MS, settledWithin } from '../base/deadline';
import { signalled } from '../base/processes';
import { countText, durationText } from '../base/texts';
import { environment } from '../options/environment';
import type { SessionServer, SessionServerOptions } from '../server/index';
import { MIN_KEY_LENGTH, readKeysFile } from '../server/accounts/keys';
import { reachableUrls } from './addresses';
import { servedBrowsers } from './serve-browsers';
import { command, toNumber, toTime, type OptionValues } from './command';
import { printError, printJson, printText } from './output';

const USAGE = `Usage: sessionwright serve [options]

Runs the session API on this machine until Ctrl-C, which ends every session at once. On SIGTERM it starts no more sessions, and
lets those that run end within --drain-timeout; a second signal ends them at once. The key comes from SESSIONWRIGHT_API_KEY; without it one is made and printed.
With a --host that others can reach it must have at least ${MIN_KEY_LENGTH} characters.

  --port <number>          port to listen on (default 8484; 0 takes a free one)
  --host <address>         address to listen on (default 127.0.0.1)
  --public-url <url>       what others reach it by, through a proxy: every URL that it gives out begins with it
  --keys <file>            keys in addition to SESSIONWRIGHT_API_KEY, each with a name and sessions of its own: [{ "name", "key", "maxSessions" }]
  --max-sessions <number>  sessions that may run at once (default 100); who wants more waits, first come first served
  --max-waiting <number>   starts that may wait (default 100); with 0, and beyond it, they are refused with 429
  --max-wait <time>        how long each may wait, such as 30s or 5m (default 30s)
  --warm <number>          browsers that wait for sessions, which then begin at once (default 0); not counted as sessions, and not with a Grid or a provider
  --public-metrics         GET /metrics needs no key
  --drain-timeout <time>   how long sessions that run may go on after SIGTERM (default 20s)
  --data-dir <folder>      where profiles, files, finished sessions and their recordings are kept; one server at a time
                           (default: ${join(environment.dataHome, 'sessionwright')})
  --backend <name>         where browsers come from: chromium (this machine) or grid (a Selenium Grid)
                           (default: grid where --grid-url or SELENIUM_REMOTE_URL says one, else chromium)
  --grid-url <url>         the hub, router or standalone server of the Grid (default: SELENIUM_REMOTE_URL); a password belongs
                           into the environment: there too, or in SELENIUM_REMOTE_HEADERS. SELENIUM_REMOTE_CAPABILITIES counts
  --provider <module>      a module that starts the browsers: a path that begins with ./, or a package. SESSIONWRIGHT_PROVIDER_OPTIONS has its
                           options, as JSON. Excludes --backend and --grid-url
  --retention <time>       how long a finished session is kept, such as 90m or 7d (default 24h)
  --json                   print { url, apiKey } as JSON

A time is a number with a unit: ms, s, m, h or d. A number alone counts seconds.`;

/** The highest port, and the most that a count may be. */
const MAX_NUMBER = 65_535;
/** Warm browsers, at most: each takes about 100 MB, used or not. */
const MAX_WARM = 100;
/** The longest wait for a session, in milliseconds: an hour, beyond which no caller holds its connection. */
const MAX_WAIT_MS = 60 * 60 * 1000;
/** How long sessions may run on after SIGTERM, in milliseconds, when nothing else was said: Kubernetes kills after 30 seconds, and the end of the sessions takes some of them. */
const DRAIN_MS = 20_000;
/** How long a start may wait in the queue of a Grid or a provider, in milliseconds, if --max-wait is not set: as long as in the server's own. */
const GRID_WAIT_MS = 30_000;
/** The longest retention, in milliseconds: ten years. */
const MAX_RETENTION_MS = 3650 * 24 * 60 * 60 * 1000;

/** The port when none is said. */
const DEFAULT_PORT = 8484;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  keys: { type: 'string' },
  'public-url': { type: 'string' },
  'max-sessions': { type: 'string' },
  'max-waiting': { type: 'string' },
  'max-wait': { type: 'string' },
  warm: { type: 'string' },
  'public-metrics': { type: 'boolean' },
  'drain-timeout': { type: 'string' },
  'data-dir': { type: 'string' },
  backend: { type: 'string' },
  'grid-url': { type: 'string' },
  provider: { type: 'string' },
  retention: { type: 'string' },
} as const;

type Values = OptionValues<typeof OPTIONS>;
/** An option that has a value. */
type TextOption = Exclude<keyof Values, 'json' | 'help' | 'public-metrics'>;

/** Serves until SIGINT, or until SIGTERM and the end of the sessions that run then, but for so long only. Then stops every session. */
export const serve = command({ usage: USAGE, options: OPTIONS }, async (values) => {
  const { startSessionServer } = await import('../server/index');
  const interrupted = signalled('SIGINT'); // before anything starts that must be removed
  const terminated = signalled('SIGTERM');
  const drainMs =
    toTime(values['drain-timeout'], '--drain-timeout', { least: 0, most: MAX_TIMER_MS }) ??
    DRAIN_MS;
  const keys =
    values.keys === undefined ? undefined : await readKeysFile(values.keys, environment.apiKey);
  const options = { ...serverOptions(values), keys };
  const browsers = await servedBrowsers(values);
  try {
    const server = await startSessionServer({
      ...options,
      ...browsers?.settings,
      maxGridWait: options.maxWait ?? GRID_WAIT_MS,
    });
    const urls =
      options.publicUrl === undefined
        ? reachableUrls(server.url, values.host)
        : [options.publicUrl.replace(/\/+$/, ''), server.url];
    if (values.json) printJson({ url: urls[0], apiKey: server.apiKey });
    else
      announce({
        urls,
        dataDir: options.dataDir,
        browsers: browsers?.shown,
        madeKey: options.apiKey === undefined ? server.apiKey : undefined,
        keyNames: (keys ?? []).map(({ name }) => name),
      });
    server.notices.forEach((notice) => console.error(notice));
    await Promise.race([interrupted, terminated.then(async () => drain(server, drainMs))]);
    await server.close();
  } finally {
    await browsers?.close();
  }
});

/** Undefined where the server's own default is good. */
function serverOptions(values: Values): SessionServerOptions & { dataDir: string } {
  const number = (name: TextOption, least: number, most: number): number | undefined =>
    toNumber(values[name], `--${name}`, { least, most });
  return {
    dataDir: resolve(values['data-dir'] ?? join(environment.dataHome, 'sessionwright')),
    retention: toTime(values.retention, '--retention', { least: 1, most: MAX_RETENTION_MS }),
    port: number('port', 0, MAX_NUMBER) ?? DEFAULT_PORT,
    host: values.host,
    publicUrl: values['public-url'],
    apiKey: environment.apiKey,
    maxSessions: number('max-sessions', 1, MAX_NUMBER),
    maxWaiting: number('max-waiting', 0, MAX_NUMBER),
    maxWait: toTime(values['max-wait'], '--max-wait', { least: 0, most: MAX_WAIT_MS }),
    publicMetrics: values['public-metrics'],
    warm: number('warm', 0, MAX_WARM),
  };
}

/** Waits for the sessions that run, unless the signal comes again. */
async function drain(server: SessionServer, drainMs: number): Promise<void> {
  const again = signalled('SIGTERM');
  if (server.counts.active > 0)
    printError(
      `No more sessions are started. ${countText(server.counts.active, 'session')} may run on for ${durationText(drainMs)}; a second signal ends them at once.`,
    );
  await Promise.race([settledWithin(server.drain(), drainMs), again]);
}

/** A key that was given is not printed: its owner knows it, and terminals are logged. */
function announce({
  urls: [url = '', ...others],
  dataDir,
  browsers,
  madeKey,
  keyNames,
}: {
  urls: string[];
  dataDir: string;
  browsers: string | undefined;
  madeKey: string | undefined;
  keyNames: string[];
}): void {
  const also = others.length > 0 ? ` (also ${others.join(', ')})` : '';
  printText(`sessionwright serves sessions on ${url}${also}. Press Ctrl-C to stop.`);
  if (browsers !== undefined) printText(browsers);
  printText(`What it keeps is in ${dataDir}.`);
  if (keyNames.length > 0) printText(`Keys beside the operator's: ${keyNames.join(', ')}.`);
  printText(`  SESSIONWRIGHT_API_URL=${url}`);
  printText(`  SESSIONWRIGHT_API_KEY=${madeKey ?? '(the one that this command was given)'}`);
}
