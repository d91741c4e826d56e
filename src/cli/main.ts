#!/usr/bin/env node
/** The command `sessionwright`: picks the subcommand, and maps what happens to exit codes: 0 done, 1 failed, 2 wrong usage. */
import { version } from '../../package.json';
import { isSessionwrightError } from '../contract/errors';
import { open } from './open';
import { reap } from './reap';
import { serve } from './serve';
import { sessions } from './sessions/index';
import { UsageError } from './usage';
import { printError, printText } from './output';

/** One subcommand. Resolves when it is done. */
interface Command {
  summary: string;
  run: (args: string[]) => Promise<void>;
}

const commands: Record<string, Command> = {
  open: { summary: 'open the page that shows the run under way, or a server', run: open },
  serve: { summary: 'run a session server in the foreground', run: serve },
  sessions: {
    summary: 'list, show, stop and open sessions, their cookies and replays',
    run: sessions,
  },
  reap: { summary: 'stop sessions and remove files that killed runs have left', run: reap },
};

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    printText(help());
    return;
  }
  if (name === '--version') {
    printText(version);
    return;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`Unknown command "${name}".\n\n${help()}`);
  await command.run(args);
}

function help(): string {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  );
  return [
    'Usage: sessionwright <command> [options]',
    '',
    ...rows,
    '',
    'sessionwright <command> --help tells the options of one command; sessionwright --version tells the version.',
  ].join('\n');
}

/** What was printed goes out first: on some systems pipes are written in the background. */
function end(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

main(process.argv.slice(2)).then(
  () => end(0),
  (error: unknown) => {
    printError(error instanceof UsageError || isSessionwrightError(error) ? error.message : error);
    end(error instanceof UsageError ? 2 : 1);
  },
);
