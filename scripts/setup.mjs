/** Sets the repository up for `npm run quickstart` and `npm test`: packages, a browser, the build. Needs nothing but Node; quick when there is nothing to do. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, ROOT, run, runNpm, succeeds } from './lib/child.mjs';
import { whyBuild, whyInstall } from './lib/freshness.mjs';
import { installChromium } from './lib/install-chromium.mjs';

const PLAYWRIGHT_CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');

/** The set-up cannot go on. The message says what to do. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Brings the repository into a state in which tests run.
 *
 * @returns {Promise<{ executablePath: string, source: string }>} the browser that will be used
 * @throws {SetupError} with what failed and what to do
 */
export async function setup() {
  checkNode();
  await installPackages();
  await build();
  const browser = (await findBrowser()) ?? (await installBrowser());
  say(`browser: ${browser.executablePath} (${browser.source})`);
  return browser;
}

/**
 * Brings something that only some need (the benchmark, a Selenium Grid, CI) onto the machine, where that may be done.
 *
 * @template T
 * @param {import('./lib/install-chromium.mjs').Machine<T>['product']} product
 * @param {() => Promise<T | undefined>} find looks for it
 * @returns {Promise<T | undefined>} undefined where there is none and none could be installed; what was tried was said then
 */
export async function setupExtra(product, find) {
  const found = await find();
  if (found !== undefined) return found;
  const { browser, tried, advice } = await install(product, find);
  if (browser !== undefined) return browser;
  for (const line of tried) say(`tried: ${line}`);
  say(`no ${product} could be installed. To have it, run: ${advice}`);
  return undefined;
}

/**
 * What the tests that take long need more: nginx, for the test of a server behind it, which says so where there is none; and the headless shell,
 * which is what most users have. Only CI installs them: elsewhere nginx would begin to serve.
 */
export async function setupLong() {
  if (!process.env.CI) return;
  for (const product of ['nginx', 'chromium-headless-shell'])
    await setupExtra(product, async () => (isOnPath(product) ? product : undefined));
}

/** Refuses a Node that is older than `engines` of package.json says. */
function checkNode() {
  const range = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines.node;
  const [wantedMajor, wantedMinor] = range.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Node ${range} is needed, this is ${process.versions.node} (${process.execPath}). Install a newer one from https://nodejs.org and run the command again.`,
  );
}

async function installPackages() {
  const reason = whyInstall(ROOT);
  if (!reason) return;
  await step(`npm ci (${reason})`, (options) =>
    runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'], options),
  );
}

async function build() {
  const reason = whyBuild(ROOT);
  if (!reason) return;
  await step(`build (${reason})`, (options) => runNpm(['run', 'build'], options));
}

/** Asks the product's own finder, and takes only a browser that runs. */
async function findBrowser() {
  const { findChromium } = await import(pathToFileURL(join(ROOT, 'dist/server.js')));
  try {
    const browser = await findChromium();
    if (runs(browser.executablePath)) return browser;
    say(`${browser.executablePath} does not start; looking further`);
  } catch (error) {
    if (error.code !== 'browser_not_found') throw error;
    // A path that the user gave and that is wrong is for the user to put right.
    if (process.env.SESSIONWRIGHT_EXECUTABLE_PATH) throw new SetupError(error.message);
  }
  return undefined;
}

/** A download without its libraries and a stub of a snap are there but do not start. Windows and macOS have neither, and Chrome opens a window there. */
function runs(executablePath) {
  return process.platform !== 'linux' || succeeds(executablePath, ['--version']);
}

async function installBrowser() {
  const { browser, tried, advice } = await install('chromium', findBrowser);
  if (browser) return browser;
  throw new SetupError(
    `No Chromium, Chrome or Edge was found, and none could be installed.\n${tried.map((line) => `  tried: ${line}\n`).join('')}Run this, then try again:\n  ${advice}\nOr set SESSIONWRIGHT_EXECUTABLE_PATH to a browser that you have.`,
  );
}

/**
 * Installs a product by the first way that works here.
 *
 * @template T
 * @param {import('./lib/install-chromium.mjs').Machine<T>['product']} product
 * @param {() => Promise<T | undefined>} find looks for it
 */
function install(product, find) {
  return installChromium({
    product,
    node: process.execPath,
    playwrightCli: PLAYWRIGHT_CLI,
    platform: process.platform,
    isMusl: existsSync('/etc/alpine-release'),
    privilege: privilege(),
    has: isOnPath,
    find,
    run: async (label, command, args, limits) => {
      const { code, problem } = await observe(`no ${product} found: ${label}`, (options) =>
        run(command, args, { ...options, ...limits, env: { DEBIAN_FRONTEND: 'noninteractive' } }),
      );
      return { isDone: code === 0, problem };
    },
  });
}

function privilege() {
  if (process.getuid?.() === 0) return 'root';
  return process.platform === 'linux' && isOnPath('sudo') && succeeds('sudo', ['-n', 'true'])
    ? 'sudo'
    : 'none';
}

function isOnPath(command) {
  const [finder, args] =
    process.platform === 'win32'
      ? ['where', [command]]
      : ['sh', ['-c', 'command -v "$1"', 'sh', command]];
  return spawnSync(finder, args, { stdio: 'ignore' }).status === 0;
}

/** Runs a step that must succeed; its output is shown only when it does not. */
async function step(label, start) {
  const { code, problem, output } = await observe(label, start);
  if (code === 0) return;
  process.stdout.write(output);
  throw new SetupError(`${label} failed: ${problem}`);
}

/** Runs a step and says every ten seconds that it goes on, and with what. */
async function observe(label, start) {
  say(`${label} ...`);
  const startedAt = Date.now();
  const onTick = ({ elapsedMs, lastLine }) =>
    say(`  still at it, ${Math.round(elapsedMs / 1000)} s${lastLine && `: ${lastLine}`}`);
  const { code, output, stoppedBecause } = await start({ onTick });
  if (code === 0) say(`  done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return { code, output, problem: stoppedBecause ?? lastErrorIn(output) ?? `exit code ${code}` };
}

/** The line of a failed command's output that helps most: the first that names an error. */
function lastErrorIn(output) {
  const line =
    output.split('\n').find((text) => /^\s*(npm error|error|e:|fatal)/i.test(text)) ??
    output.trim().split('\n').at(-1);
  return line?.trim().slice(0, 160) || undefined;
}

function say(line) {
  console.log(`setup: ${line}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setup();
    return 0;
  });
}
