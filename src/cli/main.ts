#!/usr/bin/env node
/** The command `sessionwright`: picks a command, and sets the exit code: 0 done, 1 failed, 2 wrong usage. */
import { version } from '../../package.json';
import { isSessionwrightError } from '../contract/errors';
import { environment } from '../options/environment';
import { commandGroup, UsageError } from './command';
import { open } from './open';
import { printError, printText } from './output';
import { reap } from './reap';
import { serve } from './serve';
import { sessions } from './sessions/index';

const run = commandGroup(
  {
    init: {
      summary: 'make an existing Playwright suite run on sessions',
      run: async (args) => (await import('./init/index')).init(args), // loads a parser
    },
    doctor: {
      summary: 'check everything that a run needs',
      run: async (args) => (await import('./doctor/index')).doctor(args),
    },
    open: { summary: 'open the page that shows the current run, or a server', run: open },
    serve: { summary: 'run a session server in the foreground', run: serve },
    sessions: {
      summary: 'list, show, stop and open sessions, their cookies and replays',
      run: sessions,
    },
    reap: { summary: 'stop sessions and remove files that killed runs left behind', run: reap },
  },
  {
    more: 'sessionwright <command> --help shows the options of one command; sessionwright --version shows the version.',
  },
);

async function main(args: string[]): Promise<void> {
  if (args[0] === '--version') printText(version);
  else {
    if (environment.apiNotice !== undefined) printError(environment.apiNotice);
    await run(args);
  }
}

/** Writes all output first: on some systems pipes are written in the background. */
function end(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

main(process.argv.slice(2)).then(
  () => end(Number(process.exitCode ?? 0)),
  (error: unknown) => {
    printError(error instanceof UsageError || isSessionwrightError(error) ? error.message : error);
    end(error instanceof UsageError ? 2 : 1);
  },
);
