/** Looks for browsers in folders of the test's own: PATH, Playwright's browsers, and named files. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import {
  installedPlaywright,
  playwrightBrowsersFolder,
  playwrightPaths,
  playwrightWants,
} from '../../../src/browser/playwright-browsers';

const DEBIAN_SHELL = '/usr/lib/chromium/chromium-headless-shell';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-find-'));
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', '');
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', join(folder, 'playwright'));
  vi.stubEnv('PATH', join(folder, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function executable(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  await chmod(path, 0o755);
  return path;
}

test('the environment wins over every other way', async () => {
  const named = await executable(join(folder, 'named'));
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', named);
  expect(
    await findChromium({
      executablePath: await executable(join(folder, 'other')),
      channel: 'chrome',
    }),
  ).toEqual({ executablePath: named, source: 'SESSIONWRIGHT_EXECUTABLE_PATH' });
});

test('what is named is taken or refused: nothing stands in for it', async () => {
  await executable(join(folder, 'bin', 'chromium'));
  const missing = join(folder, 'missing');
  await expect(findChromium({ executablePath: missing })).rejects.toMatchObject({
    code: 'browser_not_found',
    tried: [missing],
  });
  await expect(findChromium({ executablePath: folder })).rejects.toMatchObject({
    code: 'browser_not_found',
    tried: [folder],
  });
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', missing);
  await expect(findChromium()).rejects.toThrow(/SESSIONWRIGHT_EXECUTABLE_PATH names .*missing/);
});

test("Playwright's browser comes before the system's; its headless shell first, unless a window is wanted", async () => {
  if (process.platform === 'linux') await executable(join(folder, 'bin', 'chromium'));
  const [shell = ''] = await playwrightPaths({ headless: true });
  const [full = ''] = await playwrightPaths({ headless: false });
  expect(shell).toMatch(/chromium_headless_shell-\d+/);
  expect(full).toMatch(/chromium-\d+/);
  await executable(full);
  expect(await findChromium()).toEqual({ executablePath: full, source: 'playwright' });
  await executable(shell);
  expect(await findChromium()).toEqual({ executablePath: shell, source: 'playwright' });
  expect(await findChromium({ headless: false })).toEqual({
    executablePath: full,
    source: 'playwright',
  });
  for (const channel of ['chromium', 'chrome-for-testing'])
    expect(await findChromium({ channel })).toEqual({ executablePath: full, source: 'playwright' });
});

test.runIf(existsSync(DEBIAN_SHELL))(
  "the system's headless shell comes before its other browsers, unless a window or a channel is wanted",
  async () => {
    const chromium = await executable(join(folder, 'bin', 'chromium'));
    const found = async (options: Parameters<typeof findChromium>[0]): Promise<string> =>
      (await findChromium(options)).executablePath;
    expect(await found({})).toBe(DEBIAN_SHELL);
    expect(await found({ channel: 'chromium-headless-shell' })).toBe(DEBIAN_SHELL);
    expect(await found({ headless: false })).toBe(chromium);
    expect(await found({ channel: 'chromium' })).toBe(chromium);
  },
);

/** A package as an installer lays it out; returns its folder. */
async function packageAt(modules: string, name: string, version: string): Promise<string> {
  const at = join(modules, name);
  await mkdir(at, { recursive: true });
  await writeFile(join(at, 'package.json'), JSON.stringify({ name, version }));
  return at;
}

/** A `playwright-core` whose browser has this revision. */
async function coreAt(modules: string, version: string, revision: string): Promise<string> {
  const core = await packageAt(modules, 'playwright-core', version);
  const browsers = [{ name: 'chromium', revision }];
  await writeFile(join(core, 'browsers.json'), JSON.stringify({ browsers }));
  return core;
}

test("the browser is that of the user's Playwright, though a lock file keeps another core of ours", async () => {
  const store = (name: string): string => join(folder, 'store', name, 'node_modules');
  const ours = await packageAt(store('ours'), 'sessionwright', '1.0.0');
  const from = join(ours, 'dist', 'host.js');
  expect(installedPlaywright(from)).toBeUndefined();

  await coreAt(store('ours'), '1.60.0', '1001');
  expect(installedPlaywright(from)).toMatchObject({ version: '1.60.0' }); // a session server alone

  const core = await coreAt(store('playwright'), '1.65.0', '2002');
  const playwright = await packageAt(store('playwright'), 'playwright', '1.65.0');
  const peer = await packageAt(store('test'), '@playwright/test', '1.65.0');
  await symlink(playwright, join(store('test'), 'playwright'), 'junction');
  await mkdir(join(store('ours'), '@playwright'));
  await symlink(peer, join(store('ours'), '@playwright', 'test'), 'junction');
  const found = installedPlaywright(from);
  expect(found).toEqual({ folder: await realpath(core), version: '1.65.0' });
  const [path] = await playwrightPaths({ headless: false }, found);
  expect(path).toContain(join(folder, 'playwright', 'chromium-2002'));
  expect(await playwrightWants(found)).toBe(
    `Playwright 1.65.0 looks for its Chromium 2002 in ${join(folder, 'playwright')}`,
  ); // told where none is found
});

test('a relative folder of browsers is looked for where the package manager was called, as by Playwright', () => {
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', 'browsers');
  vi.stubEnv('INIT_CWD', folder);
  expect(playwrightBrowsersFolder()).toBe(join(folder, 'browsers'));
  vi.stubEnv('INIT_CWD', '');
  expect(playwrightBrowsersFolder()).toBe(join(process.cwd(), 'browsers'));
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', '');
  vi.stubEnv('npm_config_playwright_browsers_path', join(folder, 'of npm'));
  expect(playwrightBrowsersFolder()).toBe(join(folder, 'of npm'));
});

test.runIf(process.platform === 'linux')('a channel is looked up in PATH too', async () => {
  const beta = await executable(join(folder, 'bin', 'google-chrome-beta'));
  expect(await findChromium({ channel: 'chrome-beta' })).toEqual({
    executablePath: beta,
    source: 'option',
  });
});

test('a browser that is not there is told in a line: what to do; the places are for programs', async () => {
  const error = await findChromium({ channel: 'chrome-canary' }).catch((it: unknown) => it);
  expect(error).toMatchObject({
    code: 'browser_not_found',
    tried: expect.arrayContaining([expect.stringMatching(/canary|SxS/i)]) as unknown,
    message: expect.stringContaining('npx playwright install chrome-canary') as unknown,
  });
  expect((error as Error).message).not.toContain('\n');
  expect((error as Error).message.length).toBeLessThan(200);
});

test('an unknown channel is told with the known ones', async () => {
  await expect(findChromium({ channel: 'chrom' })).rejects.toThrow(
    /no browser channel 'chrom'. Known: chrome, msedge/,
  );
});
