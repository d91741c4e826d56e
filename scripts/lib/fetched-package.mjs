/** Programs from npm that only some tests need, installed once below `.cache`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup.mjs';
import { ROOT, runNpm } from './child.mjs';

/**
 * Returns the folder that has the package in its `node_modules`. Installs it there first, if it is missing.
 *
 * @param {string} name of the npm package
 * @param {string} version that the tests were made with
 * @param {string} size what is downloaded, such as `40 MB`
 * @returns {Promise<string>}
 * @throws {SetupError} with the output of npm
 */
export async function fetchedPackage(name, version, size) {
  const folder = join(ROOT, '.cache/packages', `${name.replace('/', '+')}@${version}`);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return folder;
  console.log(`fetching ${name} ${version} (${size}) ...`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}\n'); // else npm looks for one above
  const { code, output } = await runNpm(
    [
      ...['install', `${name}@${version}`, '--prefix', folder],
      ...['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'],
    ],
    {},
  );
  if (code !== 0) throw new SetupError(`npm could not install ${name}@${version}:\n${output}`);
  writeFileSync(complete, '');
  return folder;
}
