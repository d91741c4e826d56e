/** `sessionwright open` of a server: its wall opens without the key that the command knows, which is told to nobody else. Of runs: `tests/long/open.test.ts`. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { ToldBrowser } from './support/told-browser';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

let server: SessionServer;
let folder: string;
let browser: ToldBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-open-'));
  browser = await ToldBrowser.install(folder);
  server = await startSessionServer();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What `sessionwright open` prints, where the variables name the server. TMPDIR: runs of others are none of its. */
async function open(args: string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [CLI, 'open', ...args],
      {
        env: {
          ...process.env,
          ...{ NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
          ...{ TMPDIR: folder, CI: '' },
          ...browser.env,
          ...env,
        },
      },
      (_, stdout, stderr) => done(stdout + stderr),
    );
  });
}

async function redeem(ticket: string | null): Promise<Response> {
  return fetch(`${server.url}/viewer/passes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  });
}

describe.skipIf(process.platform !== 'linux')('the wall of a server', () => {
  test('opens with a one-time link, and does not show the key', async () => {
    for (const args of [[], [server.url]])
      expect(await open(args)).toBe(`The wall of ${server.url}/ is open.\n`);
    const urls = await browser.opened();
    const tickets = urls.map((url) =>
      new URLSearchParams(new URL(url).hash.slice(1)).get('ticket'),
    );
    expect(urls).toEqual(tickets.map((ticket) => `${server.url}/#ticket=${ticket ?? ''}`));
    expect(new Set(tickets).size).toBe(2);
    for (const ticket of tickets) {
      expect((await redeem(ticket)).status).toBe(200);
      expect((await redeem(ticket)).status).toBe(401);
    }
    const printed = [await open(['--print']), await open([], { DISPLAY: '', WAYLAND_DISPLAY: '' })];
    for (const text of printed) {
      const [link = ''] = /^http\S+(?=\n$)/m.exec(text) ?? [];
      const ticket = new URLSearchParams(new URL(link).hash.slice(1)).get('ticket') ?? '';
      expect((await redeem(ticket)).status).toBe(200);
    }
    expect(await browser.opened()).toHaveLength(2);
    expect(urls.join() + printed.join()).not.toContain(server.apiKey);
  });

  test('asks for the key if the command does not know it, and never sends it to another server', async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const before = (await browser.opened()).length;
    await open([url]);
    await open([], { NOTTE_API_KEY: '' });
    await open([], { NOTTE_API_KEY: 'wrong' });
    await open([], { NOTTE_API_URL: url }); // not one of ours
    const opened = (await browser.opened()).slice(before);
    expect(opened).toEqual([url, `${server.url}/`, `${server.url}/`, url]);
    expect(asked).toEqual(['/viewer/tickets']);
    other.close();
  });
});
