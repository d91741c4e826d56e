/** `sessionwright sessions open`. */
import { openInBrowser } from '../../base/open-in-browser';
import type { SessionsClient } from '../../client/index';
import { SessionwrightError } from '../../contract/errors';
import { environment } from '../../options/environment';
import { COMMON_OPTIONS, parseWithId } from './command';
import { printJson, printText } from '../output';

const USAGE = `Usage: sessionwright sessions open <id> [options]

Opens the page that shows a running session live, in this machine's browser; of one that has ended, its replay.

  --print  only print its URL, which holds a token
  --json   print { viewerUrl, replayUrl } as JSON, one of them null, and open nothing`;

/** What there is to see of a session. */
interface View {
  viewerUrl: string | null;
  replayUrl: string | null;
}

/**
 * Opens the viewer, or the replay.
 * @throws {@link UsageError} without an id, {@link SessionwrightError} `nothing_to_see` when nothing was recorded, {@link ApiError}
 */
export async function open(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const asked = parseWithId(args, { ...COMMON_OPTIONS, print: { type: 'boolean' } }, USAGE);
  if (!asked) return;
  const { id, values } = asked;
  const view = await look(await client(), id);
  const url = view.viewerUrl ?? view.replayUrl;
  if (values.json) printJson(view);
  else if (url === null)
    throw new SessionwrightError(`There is nothing to see of session ${id}: it was not recorded.`, {
      code: 'nothing_to_see',
    });
  else if (values.print) printText(url);
  else if (await openInBrowser(url, environment.hasDisplay))
    printText(`The ${view.viewerUrl === null ? 'replay' : 'viewer'} of ${id} is open.`);
  else
    printText(
      `No browser could be opened here. Open this yourself; the URL holds a token:\n${url}`,
    );
}

/** A session that has ended has no viewer any more, but a replay, which may still be in the making. */
async function look(client: SessionsClient, id: string): Promise<View> {
  const session = await client.connect(id);
  if (session.info.status === 'active') return { viewerUrl: session.viewerUrl, replayUrl: null };
  return { viewerUrl: null, replayUrl: (await session.replay()).mp4Url };
}
