/** Decides what the set-up has to repeat: whether the installed packages and the build match the sources. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the build is made from. Folders count with all that is in them. */
const BUILD_INPUTS = [
  'src',
  'fixtures',
  'tsup.config.ts',
  'scripts/notices.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/**
 * Says why `npm ci` is needed, by comparing the lock file with the one that npm leaves in `node_modules` when it is done.
 *
 * @param {string} root folder of the package
 * @returns {string | undefined} the reason; undefined when every package is there in its version
 */
export function whyInstall(root) {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return 'no packages yet';
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(installedFile).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || (entry.optional && !installed[path])) continue;
    if (installed[path]?.version !== entry.version)
      return `${path.replace('node_modules/', '')} ${entry.version} is missing`;
  }
  const extra = Object.keys(installed).find((path) => !wanted[path]);
  return extra && `${extra.replace('node_modules/', '')} does not belong`;
}

/**
 * Says why the build is needed: a file that the package exports is missing, or something it is made from is newer.
 * The dates of folders count too, so that a deleted source is noticed.
 *
 * @param {string} root folder of the package
 * @returns {string | undefined} the reason; undefined when the build is fresh
 */
export function whyBuild(root) {
  const outputs = exportedFiles(readJson(join(root, 'package.json')));
  const missing = outputs.find((file) => !existsSync(join(root, file)));
  if (missing) return `${missing} is missing`;
  const builtAt = Math.min(...outputs.map((file) => statSync(join(root, file)).mtimeMs));
  const newer = BUILD_INPUTS.map((input) => newest(join(root, input))).find(
    (input) => input.changedAt > builtAt,
  );
  return newer && `${newer.path.slice(root.length).replace(/^[\\/]/, '')} is newer`;
}

/** Lists the files that `bin` and `exports` of a package.json name, without duplicates. */
export function exportedFiles(manifest) {
  const leaves = (value) =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
  return [...new Set([...leaves(manifest.bin), ...leaves(manifest.exports)])].filter((file) =>
    file.startsWith('./dist/'),
  );
}

/** Finds the newest file or folder at or below a path. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return { path, changedAt: 0 };
  const below = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return below.reduce((best, entry) => (entry.changedAt > best.changedAt ? entry : best), {
    path,
    changedAt: stat.mtimeMs,
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
