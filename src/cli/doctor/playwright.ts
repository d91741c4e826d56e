/** Runs the Playwright of the suite. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { builtFile } from '../../base/built-file';
import { signalled } from '../../base/processes';
import { suiteEnvironment } from '../../options/environment';
import type { SuiteFacts } from './suite-facts';

/** How long loading a configuration may take, in milliseconds. */
const LOAD_MS = 60_000;
/** A name that no test file has: the configuration is loaded, and no test. */
const NO_FILE = 'no-such-file-of-sessionwright-doctor';

/** The path of a package's `package.json`, as modules of a folder find it; undefined if it is not installed. */
export function packageFile(name: string, folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

/**
 * Starts `playwright test` in a folder.
 * @throws if Playwright is not installed there
 */
function startPlaywright(
  folder: string,
  args: readonly string[],
  { limitMs, ...variables }: { reporter?: string; use?: string; limitMs: number },
): { child: ChildProcess; ended: Promise<string> } {
  const installed = packageFile('@playwright/test', folder);
  if (installed === undefined) throw new Error('@playwright/test is not installed.');
  const child = spawn(process.execPath, [join(dirname(installed), 'cli.js'), 'test', ...args], {
    cwd: folder,
    env: suiteEnvironment(variables),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: limitMs,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(() => stripVTControlCharacters(output).trim());
  return { child, ended };
}

/**
 * Runs tests, until they end or this process is interrupted. Returns what Playwright prints, without colors.
 * @param settings.use - for a generated configuration, as JSON
 * @throws if Playwright is not installed
 */
export async function runTests(
  folder: string,
  config: string,
  settings: { use: string; limitMs: number },
): Promise<string> {
  const { child, ended } = startPlaywright(folder, ['--config', config], settings);
  void signalled('SIGINT', 'SIGTERM', 'SIGHUP').then(() => child.kill('SIGINT')); // it then stops its session
  return ended;
}

/**
 * Lets Playwright load a configuration.
 * @throws with Playwright's message if it cannot
 */
export async function loadSuite(folder: string, config: string | undefined): Promise<SuiteFacts> {
  const { child, ended } = startPlaywright(
    folder,
    [
      ...['--list', '--pass-with-no-tests', NO_FILE],
      ...(config === undefined ? [] : ['--config', config]),
    ],
    { reporter: fileURLToPath(builtFile('doctor-facts.js')), limitMs: LOAD_MS },
  );
  const sent = new Promise<SuiteFacts>((resolve) =>
    child.once('message', (facts) => resolve(facts as SuiteFacts)),
  );
  const result = await Promise.race([sent, ended]);
  child.kill(); // there is nothing more to learn
  if (typeof result !== 'string') return result;
  throw new Error(`Playwright cannot load the configuration: ${firstLines(result)}`);
}

function firstLines(output: string): string {
  return output.split('\n', 12).join('\n');
}
