/** Opens a URL in the browser that the user of this machine looks at. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orAfter, settledWithin } from './deadline';
import { newToken } from './tokens';

/** The command of each platform that does it. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** How long the browser may take to come for the URL, in milliseconds: it may have to start, with many tabs. */
const COMING_MS = 60_000;
/** How long what opens it may take to end after that, in milliseconds: it does so at once, unless it is the browser itself. */
const LEAVING_MS = 2_000;

/**
 * Opens it. A URL may hold a token, and what a command is told can be read by every user of the machine: so the browser is told one of
 * ours, that leads there once.
 * @param hasDisplay - whether there is a display, on Linux: without one there is nothing to look at
 * @returns false when there is nothing to open it with
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
    detached: process.platform === 'linux', // there it may be the browser itself, which Ctrl-C is not for
  });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** A way to a URL. */
interface Lead {
  /** Leads there, for whoever comes first. */
  url: string;
  /** Resolves when somebody has come. */
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
