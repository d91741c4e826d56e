/** The order in which a browser is installed, and what is said when every way fails. */
import { describe, expect, it } from 'vitest';
import { installChromium, type Machine } from '../../../scripts/lib/install-chromium.mjs';

/** A machine on which the commands that contain one of `working` succeed, and the last command leaves a browser that runs. */
function machine(
  options: Partial<Machine<string>> & {
    commands?: string[];
    working?: string[];
    runsAfter?: string;
  },
): Machine<string> & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    node: 'node',
    playwrightCli: 'cli.js',
    platform: 'linux',
    isMusl: false,
    privilege: 'root',
    has: (command) => (options.commands ?? []).includes(command),
    find: () =>
      Promise.resolve(
        options.runsAfter !== undefined &&
          calls.some((call) => call.includes(options.runsAfter ?? ''))
          ? '/usr/bin/chromium'
          : undefined,
      ),
    run: (_label, command, args) => {
      const line = [command, ...args].join(' ');
      calls.push(line);
      return Promise.resolve({
        isDone: (options.working ?? []).some((part) => line.includes(part)),
        problem: 'ENOTFOUND',
      });
    },
    ...options,
  };
}

describe('installChromium', () => {
  it('takes what is no browser from the package manager alone', async () => {
    const here = machine({
      product: 'nginx',
      commands: ['apt-get'],
      working: ['apt-get'],
      runsAfter: 'nginx',
    });
    expect((await installChromium(here)).tried).toEqual([]);
    expect(here.calls).toEqual([
      'apt-get update -q',
      'apt-get install -y --no-install-recommends nginx',
    ]);
  });

  it('takes the browser of Playwright when the download works', async () => {
    const here = machine({
      commands: ['apt-get'],
      working: ['install chromium'],
      runsAfter: 'cli.js install chromium',
    });
    const { browser } = await installChromium(here);
    expect(browser).toBe('/usr/bin/chromium');
    expect(here.calls).toEqual(['node cli.js install chromium']);
  });

  it('adds the libraries when the download does not start', async () => {
    const here = machine({ commands: ['apt-get'], working: ['cli.js'], runsAfter: 'install-deps' });
    expect((await installChromium(here)).browser).toBe('/usr/bin/chromium');
    expect(here.calls).toEqual([
      'node cli.js install chromium',
      'node cli.js install-deps chromium',
    ]);
  });

  it('turns to the package manager, with sudo when it needs no password', async () => {
    const here = machine({
      commands: ['apt-get'],
      working: ['apt-get'],
      runsAfter: 'apt-get install',
      privilege: 'sudo',
    });
    const { browser, tried } = await installChromium(here);
    expect(browser).toBe('/usr/bin/chromium');
    expect(here.calls).toEqual([
      'node cli.js install chromium',
      'sudo -n apt-get update -q',
      'sudo -n apt-get install -y --no-install-recommends chromium chromium-sandbox fonts-liberation',
    ]);
    expect(tried).toEqual(['npx playwright install chromium: ENOTFOUND']);
  });

  it('does not touch the system without the right to, and says the command', async () => {
    const here = machine({ commands: ['dnf'], privilege: 'none' });
    const { browser, tried, advice } = await installChromium(here);
    expect(browser).toBeUndefined();
    expect(here.calls).toEqual(['node cli.js install chromium']);
    expect(tried).toEqual([
      'npx playwright install chromium: ENOTFOUND',
      'sudo dnf install -y chromium: needs root, or sudo without a password',
    ]);
    expect(advice).toBe('sudo dnf install -y chromium');
  });

  it('skips the download on musl', async () => {
    const here = machine({ isMusl: true, commands: ['apk'], working: ['apk'], runsAfter: 'apk' });
    expect((await installChromium(here)).browser).toBe('/usr/bin/chromium');
    expect(here.calls).toEqual(['apk add --no-cache chromium font-liberation']);
  });

  it.each([
    ['darwin', 'brew', 'brew install --cask google-chrome'],
    [
      'win32',
      'winget',
      'winget install --id Google.Chrome --exact --silent --accept-package-agreements --accept-source-agreements',
    ],
  ])('knows %s', async (platform, command, line) => {
    const here = machine({ platform, commands: [command, 'apt-get'], privilege: 'none' });
    expect(await installChromium(here)).toMatchObject({ advice: line });
    expect(here.calls.at(-1)).toBe(line);
  });

  it('installs a headless shell and ffmpeg by the same ways', async () => {
    const here = machine({
      commands: ['apt-get'],
      working: ['apt-get'],
      runsAfter: 'apt-get install',
    });
    await installChromium({ ...here, product: 'chromium-headless-shell' });
    expect(here.calls).toEqual([
      'node cli.js install chromium-headless-shell',
      'apt-get update -q',
      'apt-get install -y --no-install-recommends chromium-headless-shell fonts-liberation',
    ]);
    const none = machine({ product: 'ffmpeg', commands: ['dnf'], working: ['cli.js'] });
    const { tried, advice } = await installChromium(none);
    expect(tried).toEqual([
      'npx playwright install ffmpeg: done, but no ffmpeg that runs was found after it',
    ]);
    expect(advice).toBe('npx playwright install --with-deps ffmpeg');
  });

  it('says so when an install was done and yet nothing runs', async () => {
    const { tried, advice } = await installChromium(machine({ working: ['cli.js'] }));
    expect(tried).toEqual([
      'npx playwright install chromium: done, but no browser that runs was found after it',
    ]);
    expect(advice).toBe('npx playwright install --with-deps chromium');
  });
});
