/** `sessionwright open` and `--headed` beside real runs: what is opened in the user's browser, and what is printed where there is none. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { startSessionServer } from '../../src/server/index';
import { isInstalled, startDisplay } from '../e2e/support/display';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';
import { ToldBrowser } from '../e2e/support/told-browser';
import { eventually } from '../eventually';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const LINUX = process.platform === 'linux';
const DISPLAY = { DISPLAY: ':7' };
const NO_DISPLAY = { DISPLAY: '', WAYLAND_DISPLAY: '' };
const FILES = {
  'playwright.config.ts': `
    import { withSessions } from 'sessionwright/config';
    const { API: apiUrl, API_KEY: apiKey } = process.env;
    export default withSessions({ workers: 2, fullyParallel: true, timeout: 300_000, reporter: 'line' }, apiUrl ? { session: { apiUrl, apiKey } } : {});`,
  'a.spec.ts': `
    import { existsSync } from 'node:fs';
    import { test, expect } from 'sessionwright';
    for (const name of ['buys a lamp', 'buys a book'])
      test(name, async ({ page }) => {
        await page.setContent('x');
        console.log('RUNNER ' + process.ppid + '.');
        await expect.poll(() => existsSync('seen'), { timeout: 250_000 }).toBe(true);
      });`,
};

/** At the end of a link that opens without a key. */
const RUN_AND_TICKET = /[\da-f-]{36}#ticket=[\w-]+$/;

let project: Project;
let browser: ToldBrowser;
beforeEach(async () => {
  project = await Project.create(FILES);
  browser = await ToldBrowser.install(project.folder);
  Object.assign(project.env, { PATH: browser.env['PATH'] });
});
afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

interface Printed {
  exitCode: number;
  output: string;
}

async function open(args: string[], env: Record<string, string> = {}): Promise<Printed> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [CLI, 'open', ...args],
      { env: { ...project.env, ...env } },
      (error, stdout, stderr) =>
        done({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

/** Lets the tests end. */
async function seen(): Promise<void> {
  await writeFile(join(project.folder, 'seen'), '');
}

describe.skipIf(!LINUX)('on this machine', () => {
  test('the wall of the current run opens without a key; without a browser to open, the link is printed, but never in CI', async () => {
    expect(await open([])).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(
        /^No run of yours is under way on this machine[.].*\n$/,
      ) as string,
    });
    const run = project.start();
    const [, pid = ''] = await run.printed(/RUNNER (\d+)\./, 200_000);
    const { output: link } = await open(['--print']);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\n$/);
    expect(await open([], NO_DISPLAY)).toEqual({
      exitCode: 0,
      output: `No browser can be opened here. Open this yourself:\n${link}`,
    });
    const inCi = await open([], { ...NO_DISPLAY, CI: '1' });
    expect(inCi.exitCode).toBe(1);
    expect(inCi.output).not.toContain('token');
    expect(await browser.opened()).toEqual([]);
    expect(await open([], DISPLAY)).toEqual({
      exitCode: 0,
      output: `The wall of run ${pid} is open.\n`,
    });
    expect(await browser.opened()).toEqual([link.trim()]);
    expect(JSON.parse((await open(['--json'])).output)).toEqual({
      runs: [{ pid: Number(pid), urls: [link.trim()] }],
    });
    expect((await open(['--run', '1'])).output).toContain(`Under way: ${pid}.`);

    const chrome = await chromium.launch({
      executablePath: (await findChromium()).executablePath,
    });
    try {
      const page = await chrome.newPage();
      await page.goto(link.trim());
      for (const name of ['buys a lamp', 'buys a book'])
        await page.getByRole('link', { name }).waitFor({ timeout: 100_000 });
      for (const worker of ['Worker 0', 'Worker 1'])
        await page.getByRole('link', { name: worker }).waitFor({ timeout: 100_000 });
      await page.goto(link.trim().replace(/token=./, 'token=wrong'));
      await page.getByLabel('API key').waitFor({ timeout: 100_000 });
    } finally {
      await chrome.close();
    }
    await seen();
    const { exitCode, output } = await run.result();
    expect(exitCode, output).toBe(0);
    expect(output).not.toContain('token=');
  });

  test("the wall of a run on a server opens without the server's key, and shows only that run", async () => {
    const server = await startSessionServer();
    const other = await Project.create(FILES);
    const chrome = await chromium.launch({
      executablePath: (await findChromium()).executablePath,
    });
    try {
      for (const { env } of [project, other])
        Object.assign(env, { API: server.url, API_KEY: server.apiKey });
      const [run, otherRun] = [project.start(), other.start()];
      const [, pid = ''] = await run.printed(/RUNNER (\d+)\./, 200_000);
      await otherRun.printed(/RUNNER (\d+)\./, 200_000);
      const wall = (await open(['--print'])).output.trim();
      expect(wall.replace(RUN_AND_TICKET, 'ID')).toBe(`${server.url}/?run=ID`);
      expect((await open([], DISPLAY)).output).toBe(`The wall of run ${pid} is open.\n`);
      const [url = ''] = await browser.opened();
      expect(url.split('#')[0]).toBe(wall.split('#')[0]);
      const page = await chrome.newPage();
      await page.goto(url);
      const tests = page.getByRole('link', { name: /buys a (lamp|book)/ });
      await expect.poll(() => tests.count(), { timeout: 100_000 }).toBe(2);
      const runs = page.getByRole('combobox', { name: 'Run' });
      await eventually(() => expect(runs.locator('option').count()).resolves.toBe(3));
      const name = basename(project.folder);
      expect(await runs.locator('option:checked').textContent()).toMatch(new RegExp(`^${name} `));
      await runs.selectOption('');
      await expect.poll(() => tests.count(), { timeout: 100_000 }).toBe(4);
      for (const { folder } of [project, other]) await writeFile(join(folder, 'seen'), '');
      const { exitCode, output } = await run.result();
      expect(exitCode, output).toBe(0);
      expect(output).not.toContain('ticket=');
      expect((await otherRun.result()).exitCode).toBe(0);
    } finally {
      await chrome.close();
      await server.close();
      await leavesNothing(other);
      await other.remove();
    }
  });

  test.each([
    ...(isInstalled('Xvfb')
      ? [['a display', true, 1, 'the sessions are shown in your browser'] as const]
      : []),
    ['no display', false, 0, 'There is no display to show the sessions on'] as const,
  ])('--headed with sessions elsewhere and %s', async (_, isSeen, times, said) => {
    const display = isSeen ? await startDisplay() : undefined;
    const env = { ...NO_DISPLAY, ...(display && { DISPLAY: display.name }) };
    const server = await startSessionServer();
    try {
      Object.assign(project.env, env, { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey });
      const run = project.start(['--headed']);
      await eventually(() => expect(run.output).toContain(said), { timeout: 200_000 });
      await seen();
      const { exitCode, output } = await run.result();
      expect(exitCode, output).toBe(0);
      expect(output.split(said)).toHaveLength(2);
      expect(output).not.toContain('token=');
      const urls = await browser.opened();
      expect(urls).toHaveLength(times);
      for (const url of urls) expect(url).toMatch(/\/sessions\/[^/]+\/viewer\?token=/);
    } finally {
      await server.close();
      display?.close();
    }
  });
});
