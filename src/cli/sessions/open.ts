/** `sessionwright sessions open`. */
import { spawn } from 'node:child_process';
import type { SessionsClient } from '../../client/index';
import { SessionwrightError } from '../../contract/errors';
import { COMMON_OPTIONS, parseWithId } from './command';

const USAGE = `Usage: sessionwright sessions open <id> [options]

Opens the page that shows a running session live, in this machine's browser.

  --print  only print its URL, which holds a token
  --json   print { viewerUrl } as JSON, and open nothing`;

/** The command of each platform that opens a URL in the user's browser. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens the viewer. */
export async function open(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const asked = parseWithId(args, { ...COMMON_OPTIONS, print: { type: 'boolean' } }, USAGE);
  if (!asked) return;
  const { id, values } = asked;
  const { viewerUrl, status } = await (await client()).status(id);
  if (viewerUrl === null)
    throw new SessionwrightError(
      `The session ${id} is ${status} and has no viewer any more. See its recording: sessionwright sessions replay ${id}`,
      { code: 'session_ended' },
    );
  if (values.json) console.log(JSON.stringify({ viewerUrl }));
  else if (values.print) console.log(viewerUrl);
  else if (await openInBrowser(viewerUrl)) console.log(`The viewer of ${id} is open.`);
  else
    console.log(
      `No browser could be opened here. Open this yourself; the URL holds a token:\n${viewerUrl}`,
    );
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
