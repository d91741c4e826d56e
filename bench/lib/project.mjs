/** A project that has the built package in its `node_modules`, as users have it: Playwright compiles what lies outside of there. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/child.mjs';

/** Below the repository, so that Playwright and our dependencies are found there, once. Ignored by git. */
const FOLDER = join(ROOT, 'bench/results/project');

/** Creates the project with its suites, replacing an older one, and returns its folder. */
export function makeProject() {
  rmSync(FOLDER, { recursive: true, force: true });
  const installed = join(FOLDER, 'node_modules/sessionwright');
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  cpSync(join(ROOT, 'bench/suites'), FOLDER, { recursive: true });
  writeFileSync(
    join(FOLDER, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, type: 'module' }),
  );
  return FOLDER;
}
