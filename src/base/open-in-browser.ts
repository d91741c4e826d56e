/** Opens a URL in the user's default browser. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orAfter, settledWithin } from './deadline';
import { newToken } from './tokens';

/** The command of each platform. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Time limit for the browser to request the URL, in milliseconds: it may have to start with many tabs. */
const COMING_MS = 60_000;
/** Time limit for the command to exit after that, in milliseconds: it exits at once, unless it is the browser itself. */
const LEAVING_MS = 2_000;

/**
 * Opens a URL. It may contain a token, and all users of the machine can read the arguments of a command. So the browser gets a local
 * URL that redirects to it once.
 * @param hasDisplay - whether Linux has a display
 * @returns false if there is no display or no command
 */
export async function openInBrowser(url: string, hasDisplay: boolean): Promise<boolean> {
  if (process.platform === 'linux' && !hasDisplay) return false;
  const lead = await leadOnce(url);
  const taken = lead.taken.then(() => true);
  const opener = runOpener(lead.url);
  const isOpened = opener.then(async (isRun) => isRun && taken);
  const result = await orAfter(Promise.race([taken, isOpened]), COMING_MS, true);
  await settledWithin(opener, LEAVING_MS);
  lead.close();
  return result;
}

async function runOpener(url: string): Promise<boolean> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], {
    stdio: 'ignore',
    detached: process.platform === 'linux', // it may be the browser itself, which must not get our Ctrl-C
  });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** A redirect to a URL. */
interface Lead {
  /** Redirects its first client. */
  url: string;
  /** Resolves after the first request. */
  taken: Promise<void>;
  close(): void;
}

async function leadOnce(to: string): Promise<Lead> {
  const path = `/${newToken()}`;
  const server = createServer().unref();
  const taken = new Promise<void>((resolve) => {
    let isTaken = false;
    server.on('request', ({ url }, response) => {
      response.setHeader('connection', 'close');
      if (url !== path || isTaken) {
        response.writeHead(404).end();
        return;
      }
      isTaken = true;
      response.on('close', resolve);
      response
        .writeHead(302, {
          location: to,
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
        })
        .end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    taken,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
