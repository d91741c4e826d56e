/** The commands on one session: `sessionwright sessions show`, `cookies`, `replay` and `open`. */
import { resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { openInBrowser } from '../../base/open-in-browser';
import { countText, durationText, oneLine, sizeText } from '../../base/texts';
import type { SessionsClient } from '../../client/index';
import { SessionwrightError } from '../../contract/errors';
import { MINUTE_MS } from '../../contract/limits';
import type { SessionInfo } from '../../contract/session';
import { environment } from '../../options/environment';
import { command, UsageError, type Command, type OptionValues } from '../command';
import { printJson, printText } from '../output';
import { toJson, withClient } from './client';

/** Prints one session. */
export const show = onSession(
  `Usage: sessionwright sessions show <id> [--json]

Prints what the API says of a session, without the URLs that contain tokens. "sessions open" opens the viewer.`,
  {},
  async (id, { json }) => {
    const info = await withClient(async (client) => client.status(id));
    if (json) printJson(toJson(info));
    else printText(describe(info));
  },
);

function describe(info: SessionInfo): string {
  const { viewport, steps } = info;
  const rows: [string, string | undefined][] = [
    ['id', info.id],
    ['status', info.status],
    ['created', info.createdAt.toISOString()],
    ['ended', info.closedAt?.toISOString()],
    ['duration', durationText(info.duration)],
    ['error', info.error ?? undefined],
    [
      'limits',
      `${info.idleTimeout / MINUTE_MS} min idle, ${info.maxDuration / MINUTE_MS} min in all`,
    ],
    [
      'browser',
      `${info.channel}${info.headless ? ', headless' : ''}${viewport ? `, ${viewport.width}x${viewport.height}` : ''}${info.proxies ? ', by proxy' : ''}`,
    ],
    ['user agent', info.userAgent ?? undefined],
    [
      'traffic',
      `${sizeText(info.networkRequestBytes)} sent, ${sizeText(info.networkResponseBytes)} received`,
    ],
    ['API steps', steps.length > 0 ? String(steps.length) : undefined],
  ];
  return rows
    .flatMap(([name, value]) =>
      value === undefined ? [] : `${name.padEnd(10)}  ${oneLine(value)}`,
    )
    .join('\n');
}

/** Reads or sets cookies. */
export const cookies = onSession(
  `Usage: sessionwright sessions cookies <id> [options]

Prints the cookies of an active session as JSON, in the format of cookie files. Cookies are logins: mind where the output goes.

  --save <file>  merge them into a cookie file instead, as a test does
  --load <file>  first give the session the cookies of a file
  --json         the same output, which is JSON anyway`,
  { save: { type: 'string' }, load: { type: 'string' } },
  async (id, { save, load, json }) => {
    const { readCookieFile, saveCookies } = await import('../../cookies/index');
    const loaded = load === undefined ? undefined : await readCookieFile(load);
    const current = await withClient(async (client) => {
      const session = await client.connect(id);
      if (loaded) await session.setCookies(loaded);
      return session.cookies();
    });
    if (save === undefined) {
      printJson(current, 2);
      return;
    }
    const { saved } = await saveCookies(save, { loaded: [], current });
    if (json) printJson({ saved, file: save });
    else printText(`${countText(saved, 'cookie')} saved to ${save}`);
  },
);

/** Saves a recording as MP4. */
export const replay = onSession(
  `Usage: sessionwright sessions replay <id> [options]

Saves the recording of an ended session. Waits if it is still being made.

  --output, -o <file>  where to save it (default: <id>.mp4 in this folder)
  --json               print { file, duration } as JSON`,
  { output: { type: 'string', short: 'o' } },
  async (id, { output = `${id}.mp4`, json }) => {
    const file = resolve(output);
    const duration = await withClient(async (client) => {
      const recording = await (await client.connect(id)).replay();
      await recording.save(file);
      return recording.videoDuration;
    });
    if (json) printJson({ file, duration });
    else printText(`${file}${duration === null ? '' : ` (${durationText(duration)})`}`);
  },
);

/** Opens the viewer, or the replay. Throws {@link SessionwrightError} `nothing_to_see` if nothing was recorded. */
export const open = onSession(
  `Usage: sessionwright sessions open <id> [options]

Opens the page that shows an active session live, in the browser of this machine. For an ended session it opens the page with its replay.

  --print  only print its URL, which contains a token
  --json   print { viewerUrl, replayUrl } as JSON: the page, and the MP4 of an ended session; open nothing`,
  { print: { type: 'boolean' } },
  async (id, { print, json }) => {
    const view = await withClient(async (client) => viewOf(client, id));
    const url = view.viewerUrl ?? view.replayUrl;
    if (json) printJson(view);
    else if (url === null)
      throw new SessionwrightError(
        `There is nothing to see of session ${id}: it was not recorded.`,
        { code: 'nothing_to_see' },
      );
    else if (print) printText(url);
    else if (await openInBrowser(url, environment.hasDisplay))
      printText(`The ${view.replayUrl === null ? 'viewer' : 'replay'} of ${id} is open.`);
    else
      printText(`Could not open a browser. Open this yourself; the URL contains a token:\n${url}`);
  },
);

/** The page of a session, and the replay of an ended one. In the cloud, an ended session has no page. */
async function viewOf(
  client: SessionsClient,
  id: string,
): Promise<{ viewerUrl: string | null; replayUrl: string | null }> {
  const session = await client.connect(id);
  if (session.info.status === 'active') return { viewerUrl: session.viewerUrl, replayUrl: null };
  const { mp4Url, viewerUrl } = await session.replay();
  return { viewerUrl: mp4Url === null ? null : viewerUrl, replayUrl: mp4Url };
}

/** Defines a command whose one word is the id of a session. */
function onSession<const O extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: O,
  run: (id: string, values: OptionValues<O>) => Promise<void>,
): Command {
  return command({ usage, options, maxWords: 1 }, async (values, [id]) => {
    if (id === undefined) throw new UsageError(`Which session? Give its id.\n\n${usage}`);
    await run(id, values);
  });
}
