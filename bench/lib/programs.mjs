/** The browsers and the ffmpeg that both sides use: found, or installed where that may be done. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, succeeds } from '../../scripts/lib/child.mjs';
import { setupExtra } from '../../scripts/setup.mjs';

const PLAYWRIGHT_CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');
/** Debian's. The command in `/usr/bin` is a shell script, which would stand between a browser and who ends it. */
const DEBIAN_SHELL = '/usr/lib/chromium/chromium-headless-shell';
/** What Playwright's ffmpeg is called in its folder. */
const FFMPEG_FILES = { linux: 'ffmpeg-linux', darwin: 'ffmpeg-mac', win32: 'ffmpeg-win64.exe' };
/** Stands in for Playwright's browsers where its own ffmpeg is not to be had. Ignored by git. */
const BROWSERS_FOLDER = join(ROOT, 'bench/results/browsers');

/**
 * Finds full Chromium.
 *
 * @param {string} otherwise the browser that the set-up found, where there is no full Chromium
 */
export async function findFullChromium(otherwise) {
  const { findChromium } = await import(pathToFileURL(join(ROOT, 'dist/server.js')));
  try {
    return (await findChromium({ headless: false })).executablePath;
  } catch {
    return otherwise;
  }
}

/** Finds or installs the headless shell: Playwright's own, else Debian's. */
export function setupHeadlessShell() {
  return setupExtra('chromium-headless-shell', () => {
    const own = playwrightFolder('chromium-headless-shell');
    const paths = [
      join(own, 'chrome-headless-shell-linux64/chrome-headless-shell'),
      join(own, 'chrome-headless-shell-linux-arm64/chrome-headless-shell'),
      DEBIAN_SHELL,
    ];
    return Promise.resolve(paths.find((path) => existsSync(path) && succeeds(path, ['--version'])));
  });
}

/**
 * Finds or installs an ffmpeg, and puts it where Playwright looks for its own.
 * Debian's loads 200 libraries at each start, and so for each video; Playwright's own is a small static one. So it is said which is used.
 *
 * @returns {Promise<{ browsersFolder: string, ffmpeg: string } | undefined>} the folder that Playwright takes for its browsers'
 */
export async function setupFfmpeg() {
  const own = playwrightFolder('ffmpeg');
  const file = FFMPEG_FILES[process.platform];
  const path = await setupExtra('ffmpeg', () =>
    Promise.resolve([join(own, file), 'ffmpeg'].find((command) => succeeds(command, ['-version']))),
  );
  if (path === undefined) return undefined;
  if (path === join(own, file)) return { browsersFolder: dirname(own), ffmpeg: path };
  const ffmpeg = commandPath(path);
  const folder = join(BROWSERS_FOLDER, basename(own));
  rmSync(BROWSERS_FOLDER, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(ffmpeg, join(folder, file));
  return {
    browsersFolder: BROWSERS_FOLDER,
    ffmpeg: `${ffmpeg}, in place of Playwright's own; it starts in ${startMs(ffmpeg).toFixed(0)} ms`,
  };
}

/** Where Playwright keeps a browser, whether it is there or not. */
function playwrightFolder(browser) {
  const { stdout } = spawnSync(
    process.execPath,
    [PLAYWRIGHT_CLI, 'install', '--dry-run', browser],
    { encoding: 'utf8' },
  );
  const folders = [...stdout.matchAll(/Install location:\s+(.+)/g)].map(([, folder]) => folder);
  return folders.find((folder) => basename(folder).startsWith(browser.replaceAll('-', '_')));
}

function commandPath(command) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], {
    encoding: 'utf8',
  }).stdout.trim();
}

/** How long a program takes to say its version, in milliseconds; the first time it may come from a cold disk. */
function startMs(command) {
  const times = [1, 2, 3].map(() => {
    const startedAt = performance.now();
    spawnSync(command, ['-version'], { stdio: 'ignore' });
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
