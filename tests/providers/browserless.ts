/** The open-source server of Browserless, from npm, on this machine's Chromium. Each WebSocket to it gets a browser. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fetchedPackage } from '../../scripts/lib/fetched-package.mjs';
import { findChromium } from '../../src/browser/find-chromium';
import { eventually } from '../eventually';
import { freePort } from '../free-port';

const PACKAGE = '@browserless.io/browserless';
const VERSION = '2.42.0';
const TOKEN = 'hunter2-token';

/** A running server. */
export interface Browserless {
  /** The CDP endpoint, with the token. */
  url: string;
  /** The number of browsers that run now. */
  running(): Promise<number>;
  /** Ends the server and its browsers. */
  close(): Promise<void>;
}

/** Starts the server on a free port, for at most two browsers at once. */
export async function startBrowserless(): Promise<Browserless> {
  const root = await fetchedPackage(PACKAGE, VERSION, '580 MB installed');
  const home = join(root, 'node_modules', PACKAGE);
  // As in the vendor's image with Chromium only: routes of browsers that are not installed must go.
  for (const name of ['chrome', 'edge', 'firefox', 'webkit'])
    rmSync(join(home, 'build/routes', name), { recursive: true, force: true });
  const folder = mkdtempSync(join(tmpdir(), 'browserless-'));
  const port = await freePort();
  const env = {
    ...process.env,
    ...{ HOST: '127.0.0.1', PORT: String(port), TOKEN, CONCURRENT: '2', QUEUED: '4' },
    ...{ DEBUG: '-*', TMPDIR: folder, PLAYWRIGHT_BROWSERS_PATH: folder },
  };
  // It takes the browser that its own Playwright would download.
  const code = "require('playwright-core').chromium.executablePath()";
  const expected = execFileSync(process.execPath, ['-p', code], { cwd: home, env });
  const executable = expected.toString().trim();
  mkdirSync(dirname(executable), { recursive: true });
  symlinkSync((await findChromium()).executablePath, executable);
  const server = spawn(process.execPath, [join(home, 'build/index.js')], {
    ...{ cwd: root, env, stdio: 'ignore' },
  });
  const pressure = async (): Promise<{ running: number }> => {
    const answer = await fetch(`http://127.0.0.1:${port}/pressure?token=${TOKEN}`);
    return ((await answer.json()) as { pressure: { running: number } }).pressure;
  };
  await eventually(pressure);
  return {
    url: `ws://127.0.0.1:${port}/?token=${TOKEN}`,
    running: async () => (await pressure()).running,
    close: async () => {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
