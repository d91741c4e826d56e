/** `sessionwright sessions`: looks after the sessions of whichever API is configured. Picks the command below it. */
import type { SessionsClient } from '../../client/index';
import { SessionwrightError } from '../../contract/errors';
import { CLOUD_API_URL } from '../../options/defaults';
import { environment } from '../../options/environment';
import { UsageError } from '../usage';
import { cookies } from './cookies';
import { list } from './list';
import { open } from './open';
import { replay } from './replay';
import { show } from './show';
import { stop } from './stop';
import { printText } from '../output';

/** One command below `sessions`. */
interface SessionsCommand {
  summary: string;
  run: (args: string[], client: () => Promise<SessionsClient>) => Promise<void>;
}

const commands: Record<string, SessionsCommand> = {
  list: { summary: 'the sessions that run, or all of them', run: list },
  show: { summary: 'what the API says of one session', run: show },
  stop: { summary: 'stop sessions by id, of a run, or all that run', run: stop },
  cookies: { summary: "a session's cookies, printed or kept in a cookie file", run: cookies },
  replay: { summary: 'save the recording of an ended session as MP4', run: replay },
  open: { summary: 'open the page that shows a session live, or its replay', run: open },
};

/**
 * Runs one command, with a client of the API that NOTTE_API_URL and NOTTE_API_KEY name.
 * @throws {@link UsageError} for an unknown command, and what the command throws
 */
export async function sessions([name, ...args]: string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    printText(usage());
    return;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`Unknown command "sessions ${name}".\n\n${usage()}`);
  let client: SessionsClient | undefined;
  try {
    await command.run(args, async () => (client ??= await connect()));
  } finally {
    await client?.close();
  }
}

/** Here a key can only come from the environment, so nothing else is named. */
async function connect(): Promise<SessionsClient> {
  if (environment.apiKey === undefined)
    throw new SessionwrightError(
      `There is no key for the session API ${environment.apiUrl ?? CLOUD_API_URL}. Set NOTTE_API_KEY.`,
      { code: 'unauthorized' },
    );
  const { SessionsClient } = await import('../../client/index');
  return new SessionsClient();
}

function usage(): string {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`,
  );
  return [
    'Usage: sessionwright sessions <command> [options]',
    '',
    'Works on the API that NOTTE_API_URL and NOTTE_API_KEY name: the cloud, or `sessionwright serve`.',
    '',
    ...rows,
    '',
    'sessionwright sessions <command> --help tells the options of one command. All take --json.',
  ].join('\n');
}
