/** `sessionwright sessions open`. */
import { spawn } from 'node:child_process';
import type { SessionsClient } from '../../client/index';
import { COMMON_OPTIONS, parseWithId } from './command';

const USAGE = `Usage: sessionwright sessions open <id> [options]

Opens the page that shows a running session live, in this machine's browser; of one that has ended, its replay.

  --print  only print its URL, which holds a token
  --json   print { viewerUrl, replayUrl } as JSON, one of them null, and open nothing`;

/** The command of each platform that opens a URL in the user's browser. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** What there is to see of a session. */
interface View {
  viewerUrl: string | null;
  replayUrl: string | null;
}

/**
 * Opens the viewer, or the replay.
 * @throws {@link UsageError} without an id, an `Error` when nothing was recorded, {@link ApiError}
 */
export async function open(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const asked = parseWithId(args, { ...COMMON_OPTIONS, print: { type: 'boolean' } }, USAGE);
  if (!asked) return;
  const { id, values } = asked;
  const view = await look(await client(), id);
  const url = view.viewerUrl ?? view.replayUrl;
  if (values.json) console.log(JSON.stringify(view));
  else if (url === null)
    throw new Error(`There is nothing to see of session ${id}: it was not recorded.`);
  else if (values.print) console.log(url);
  else if (await openInBrowser(url))
    console.log(`The ${view.viewerUrl === null ? 'replay' : 'viewer'} of ${id} is open.`);
  else
    console.log(
      `No browser could be opened here. Open this yourself; the URL holds a token:\n${url}`,
    );
}

/** A session that has ended has no viewer any more, but a replay, which may still be in the making. */
async function look(client: SessionsClient, id: string): Promise<View> {
  const session = await client.connect(id);
  if (session.info.status === 'active') return { viewerUrl: session.viewerUrl, replayUrl: null };
  return { viewerUrl: null, replayUrl: (await session.replay()).mp4Url };
}

/** False when this machine has nothing to open it with. */
async function openInBrowser(url: string): Promise<boolean> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
