/** `sessionwright serve`: the session server in the foreground, for a team's own machine. */
import { join, resolve } from 'node:path';
import { signalled } from '../base/processes';
import { environment } from '../options/environment';
import type { SessionServerOptions } from '../server/index';
import { MIN_KEY_LENGTH } from '../server/http/key';
import { reachableUrls } from './addresses';
import { npmGone } from './npm-parent';
import { parseOptions, toNumber, UsageError } from './usage';

const USAGE = `Usage: sessionwright serve [options]

Runs the session API on this machine until Ctrl-C. The key comes from NOTTE_API_KEY; without it one is made and printed.
With a --host that others can reach it must have at least ${MIN_KEY_LENGTH} characters.

  --port <number>          port to listen on (default 8484; 0 takes a free one)
  --host <address>         address to listen on (default 127.0.0.1)
  --public-url <url>       what others reach it by, through a proxy: every URL that it gives out begins with it
  --max-sessions <number>  sessions that may run at once (default 100); who wants more waits, first come first served
  --max-waiting <number>   starts that may wait (default 100); with 0, and beyond it, they are refused with 429
  --max-wait <seconds>     how long each may wait (default 30)
  --warm <number>          browsers that wait for sessions, which then begin at once (default 0); not counted as sessions
  --data-dir <folder>      where profiles, files, finished sessions and their recordings are kept; one server at a time
                           (default: ${join(environment.dataHome, 'sessionwright')})
  --retention-hours <n>    how long a finished session is kept (default 24)
  --json                   print { url, apiKey } as JSON`;

/** The highest port, and the most that a count may be. */
const MAX_NUMBER = 65_535;
/** Warm browsers, at most: each takes about 100 MB, used or not. */
const MAX_WARM = 100;
/** The longest wait for a session, in seconds: an hour, beyond which no caller holds its connection. */
const MAX_WAIT_SECONDS = 3600;
/** One hour, in milliseconds. */
const HOUR_MS = 60 * 60 * 1000;

/** The port when none is said. */
const DEFAULT_PORT = 8484;

/** Serves until SIGINT or SIGTERM, then stops every session. */
export async function serve(args: string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      port: { type: 'string' },
      host: { type: 'string' },
      'public-url': { type: 'string' },
      'max-sessions': { type: 'string' },
      'max-waiting': { type: 'string' },
      'max-wait': { type: 'string' },
      warm: { type: 'string' },
      'data-dir': { type: 'string' },
      'retention-hours': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    USAGE,
  );
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { startSessionServer } = await import('../server/index');
  const places = placesOf(values);
  const warm = toNumber(values.warm, '--warm', { least: 0, most: MAX_WARM });
  const retentionHours = toHours(values['retention-hours']);
  const dataDir = resolve(values['data-dir'] ?? join(environment.dataHome, 'sessionwright'));
  const server = await startSessionServer({
    dataDir,
    ...(retentionHours !== undefined && { retentionMs: retentionHours * HOUR_MS }),
    port: toNumber(values.port, '--port', { least: 0, most: MAX_NUMBER }) ?? DEFAULT_PORT,
    ...(values.host !== undefined && { hostname: values.host }),
    ...(environment.apiKey !== undefined && { apiKey: environment.apiKey }),
    ...places,
    publicUrl: values['public-url'],
    ...(warm !== undefined && { warm }),
  });
  const publicUrl = values['public-url']?.replace(/\/+$/, '');
  const urls =
    publicUrl === undefined ? reachableUrls(server.url, values.host) : [publicUrl, server.url];
  if (values.json) console.log(JSON.stringify({ url: urls[0], apiKey: server.apiKey }));
  else
    announce({
      urls,
      dataDir,
      madeKey: environment.apiKey === undefined ? server.apiKey : undefined,
    });
  await Promise.race([signalled('SIGINT', 'SIGTERM'), npmGone()]);
  await server.close();
}

/** How many sessions there may be, and who waits for one; undefined where the server's own default is good. */
function placesOf(values: {
  'max-sessions'?: string;
  'max-waiting'?: string;
  'max-wait'?: string;
}): Pick<SessionServerOptions, 'maxSessions' | 'maxWaiting' | 'maxWaitMs'> {
  const number = (name: keyof typeof values, least: number, most: number): number | undefined =>
    toNumber(values[name], `--${name}`, { least, most });
  const maxWait = number('max-wait', 0, MAX_WAIT_SECONDS);
  return {
    maxSessions: number('max-sessions', 1, MAX_NUMBER),
    maxWaiting: number('max-waiting', 0, MAX_NUMBER),
    maxWaitMs: maxWait === undefined ? undefined : maxWait * 1000,
  };
}

/** A key that was given is not printed: its owner knows it, and terminals are logged. */
function announce({
  urls: [url = '', ...others],
  dataDir,
  madeKey,
}: {
  urls: string[];
  dataDir: string;
  madeKey: string | undefined;
}): void {
  const also = others.length > 0 ? ` (also ${others.join(', ')})` : '';
  console.log(`sessionwright serves sessions on ${url}${also}. Press Ctrl-C to stop.`);
  console.log(`What it keeps is in ${dataDir}.`);
  console.log(`  NOTTE_API_URL=${url}`);
  console.log(`  NOTTE_API_KEY=${madeKey ?? '(the one that this command was given)'}`);
}

/** Parts of an hour are fine. */
function toHours(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value > MAX_NUMBER)
    throw new UsageError(
      `--retention-hours takes a number above 0, and at most ${MAX_NUMBER}, not "${text}".`,
    );
  return value;
}
