/** The Playwright beside a session's browser, from the build: who may use it, what two clients see of each other, and that it ends when it should. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { serve, type ServeProcess } from './support/serve-process';

let folder: string;
let server: ServeProcess;
let session: { id: string; url: string; version: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-playwright-'));
  server = await serve(['--data-dir', join(folder, 'data')], { XDG_CACHE_HOME: folder });
  const { body } = await server.call('POST', '/sessions/start', { body: {} });
  session = {
    id: body['session_id'] as string,
    url: body['playwright_url'] as string,
    version: body['playwright_version'] as string,
  };
});

afterEach(async () => {
  await server.end('SIGKILL');
  await eventually(() => expect(processes()).toEqual([]));
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Processes of Playwright that write below our folder. */
function processes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('playwright-server') &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
      );
    } catch {
      return false; // it ended meanwhile
    }
  });
}

async function tabs(): Promise<number> {
  const { body } = await server.call('GET', `/sessions/${session.id}/debug`);
  return (body['tabs'] as unknown[]).length;
}

async function open(browser: Browser, text: string): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  await page.setContent(`<h1>${text}</h1>`);
  expect(await page.textContent('h1')).toBe(text);
}

test('it starts with its first client; each of two clients has its own contexts, which close with it', async () => {
  expect(processes()).toEqual([]);
  const one = await chromium.connect(session.url);
  const other = await chromium.connect(session.url);
  expect(processes()).toHaveLength(1);
  expect(one.contexts()[0]?.pages()).toHaveLength(1); // the session's own
  await open(one, 'one');
  await open(other, 'other');
  expect([one, other].map((browser) => browser.contexts().length)).toEqual([2, 2]);
  for (const browser of [one, other]) expect(browser.contexts()[0]?.pages()).toHaveLength(2); // the other's page too, as over CDP
  await eventually(async () => expect(await tabs()).toBe(3));
  await one.close();
  await eventually(async () => expect(await tabs()).toBe(2));
  await open(other, 'still there');
  expect(other.contexts()).toHaveLength(3);
  expect(await readdir(folder)).not.toContain('ms-playwright'); // no note of the endpoint in the user's cache folder
});

test("a client's calls restart the idle timeout", async () => {
  const lastUse = async (): Promise<number> => {
    const { body } = await server.call('GET', `/sessions/${session.id}`);
    return Date.parse(body['last_accessed_at'] as string);
  };
  const browser = await chromium.connect(session.url);
  const before = await lastUse();
  await open(browser, 'used');
  await eventually(async () => expect(await lastUse()).toBeGreaterThan(before));
  await browser.close();
});

test('a client without a token, or with another version, gets an error', async () => {
  const refusal = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
    chromium.connect(url, { headers }).then(
      () => 'connected',
      (error: unknown) => String(error),
    );
  const { version } = JSON.parse(
    await readFile('node_modules/playwright-core/package.json', 'utf8'),
  ) as { version: string };
  expect(session.version).toBe(version);
  expect(await refusal(session.url.replace(/token=.*/, 'token=wrong'))).toContain('401');
  const old = await refusal(session.url, { 'user-agent': 'Playwright/1.2.3 (x64; test)' });
  expect(old).toContain('428');
  expect(old).toContain(`Playwright 1.2.3 cannot use the Playwright ${version}`);
  expect(processes()).toEqual([]);
});

test('stopping the session ends it, and its clients get an error', async () => {
  const browser = await chromium.connect(session.url);
  const disconnected = new Promise((resolve) => browser.once('disconnected', resolve));
  const { body } = await server.call('DELETE', `/sessions/${session.id}/stop`);
  expect(body).toMatchObject({ status: 'closed', playwright_url: null, playwright_version: null });
  await disconnected;
  await eventually(() => expect(processes()).toEqual([]));
  await expect(chromium.connect(session.url)).rejects.toThrow('410');
});

test('after a crash another one starts, on the same session', async () => {
  const browser = await chromium.connect(session.url);
  const disconnected = new Promise((resolve) => browser.once('disconnected', resolve));
  process.kill(Number(processes()[0]), 'SIGKILL');
  await disconnected;
  const again = await chromium.connect(session.url);
  await open(again, 'again');
  await again.close();
});

test('it ends when the server is killed', async () => {
  const browser = await chromium.connect(session.url);
  const page = await browser.newPage();
  const waiting = page.waitForSelector('h2').catch(String);
  expect(processes()).toHaveLength(1);
  await server.end('SIGKILL');
  expect(await waiting).toContain('Target page, context or browser has been closed');
  await eventually(() => expect(processes()).toEqual([]));
});
