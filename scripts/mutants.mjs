/** `npm run test:mutants [MODULE...] [-- options of Stryker]`: mutation tests, module by module. Fails when fewer than 90 % of a module's mutants are killed. */
import { spawnSync } from 'node:child_process';
import { MODULES } from '../stryker.config.mjs';

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('-'));
const named = firstOption === -1 ? args : args.slice(0, firstOption);
const options = args.slice(named.length);

const unknown = named.filter((name) => !Object.hasOwn(MODULES, name));
if (unknown.length > 0) {
  console.error(
    `No such module: ${unknown.join(', ')}. There are ${Object.keys(MODULES).join(', ')}.`,
  );
  process.exit(2);
}

const failed = (named.length > 0 ? named : Object.keys(MODULES)).filter((name) => {
  console.log(`\n== ${name}`);
  const { status } = spawnSync('npx', ['stryker', 'run', ...options], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, MUTATED_MODULE: name },
  });
  return status !== 0;
});
if (failed.length > 0) console.error(`\nMutants survive in ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
