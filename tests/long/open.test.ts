/** `sessionwright open` and `--headed` beside real runs: what is opened in the user's browser, and what is printed where there is none. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { startSessionServer } from '../../src/server/index';
import { isInstalled, startDisplay } from '../e2e/support/display';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';
import { eventually } from '../eventually';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const LINUX = process.platform === 'linux';
const DISPLAY = { DISPLAY: ':7' };
const NO_DISPLAY = { DISPLAY: '', WAYLAND_DISPLAY: '' };
const FILES = {
  'playwright.config.ts': `
    import { withSessions } from 'sessionwright/config';
    export default withSessions({ workers: 2, fullyParallel: true, timeout: 300_000, reporter: 'line' });`,
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

/** Goes where it is told, and writes down both where that is and where it leads. */
const BROWSER = `
  import { appendFileSync } from 'node:fs';
  const [, , url] = process.argv;
  appendFileSync('told', url + '\\n');
  const { headers } = await fetch(url, { redirect: 'manual' });
  appendFileSync('opened', headers.get('location') + '\\n');
  const again = await fetch(url).catch(() => ({ status: 'nobody is there' }));
  appendFileSync('again', again.status + '\\n');`;

let project: Project;
beforeEach(async () => {
  project = await Project.create(FILES);
  const bin = join(project.folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'browser.mjs'), BROWSER);
  await writeFile(
    join(bin, 'xdg-open'),
    `#!/bin/sh\ncd "${project.folder}"\nexec "${process.execPath}" bin/browser.mjs "$1"\n`,
    { mode: 0o755 },
  );
  project.env['PATH'] = bin + delimiter + (project.env['PATH'] ?? '');
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

/** What the user's browser has opened; of that, nothing stood in the list of processes. */
async function opened(): Promise<string[]> {
  const urls = await lines('opened');
  const told = (await lines('told')).join('\n');
  for (const url of urls) expect(told).not.toContain(new URL(url).searchParams.get('token'));
  for (const status of await lines('again')) expect(status).toBe('404'); // it leads there once
  return urls;
}

async function lines(file: string): Promise<string[]> {
  const text = await readFile(join(project.folder, file), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

/** Lets the tests end. */
async function seen(): Promise<void> {
  await writeFile(join(project.folder, 'seen'), '');
}

describe.skipIf(!LINUX)('on this machine', () => {
  test('the wall of the run under way opens without a key; its link is printed where nothing opens it, and never in CI', async () => {
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
    expect(await opened()).toEqual([]);
    expect(await open([], DISPLAY)).toEqual({
      exitCode: 0,
      output: `The wall of run ${pid} is open.\n`,
    });
    expect(await opened()).toEqual([link.trim()]);
    expect(JSON.parse((await open(['--json'])).output)).toEqual({
      runs: [{ pid: Number(pid), urls: [link.trim()] }],
    });
    expect((await open(['--run', '1'])).output).toContain(`Under way: ${pid}.`);

    const browser = await chromium.launch({
      executablePath: (await findChromium()).executablePath,
    });
    try {
      const page = await browser.newPage();
      await page.goto(link.trim());
      for (const name of ['buys a lamp', 'buys a book'])
        await page.getByRole('link', { name }).waitFor({ timeout: 100_000 });
      await page.goto(link.trim().replace(/token=./, 'token=wrong'));
      await page.getByLabel('API key').waitFor({ timeout: 100_000 });
    } finally {
      await browser.close();
    }
    await seen();
    const { exitCode, output } = await run.result();
    expect(exitCode, output).toBe(0);
    expect(output).not.toContain('token=');
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
      const urls = await opened();
      expect(urls).toHaveLength(times);
      for (const url of urls) expect(url).toMatch(/\/sessions\/[^/]+\/viewer\?token=/);
    } finally {
      await server.close();
      display?.close();
    }
  });
});
