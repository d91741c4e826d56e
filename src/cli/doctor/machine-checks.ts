/** Checks of this machine: versions, packages, the temporary folder, and what killed runs left. */
import { readFileSync, realpathSync } from 'node:fs';
import { rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { engines, peerDependencies } from '../../../package.json';
import { isProcessAlive } from '../../base/processes';
import { countText } from '../../base/texts';
import { environment } from '../../options/environment';
import {
  baseFolder,
  checkBaseFolder,
  isOwnerAlive,
  listRunFolders,
  readEndpoint,
  type RunFolder,
} from '../../host/run-folder';
import { abandonedFolders } from '../../server/data/folder-lock';
import { checked, type Check, type Result } from './check';
import { packageFile } from './playwright';

/** With less free space, a run of some hundred tests may fill the disk with pictures. */
const LEAST_FREE_GB = 1;

/** All checks of this machine, for the suite in a folder. */
export async function machineChecks(folder: string): Promise<Check[]> {
  const category = 'machine';
  return [
    await checked({ id: 'node', category }, () => nodeResult(process.versions.node)),
    await checked({ id: 'playwright', category }, () => playwrightResult(folder)),
    await checked({ id: 'copies', category }, () => copiesResult(folder)),
    await checked({ id: 'temp', category }, tempResult),
    await checked({ id: 'leftovers', category }, leftoversResult),
    await checked({ id: 'proxy', category }, proxyResult),
  ];
}

/** Whether a version of Node is supported. */
export function nodeResult(version: string): Result {
  const isSupported = isAtLeast(version, engines.node);
  return isSupported
    ? { status: 'pass', message: `Node ${version}` }
    : {
        status: 'fail',
        message: `Node ${version} is too old: sessionwright needs ${engines.node}.`,
        fix: 'Install a newer Node from https://nodejs.org.',
      };
}

function playwrightResult(folder: string): Result {
  const version = versionOf(packageFile('@playwright/test', folder));
  const range = peerDependencies['@playwright/test'];
  const fix = 'npm i -D @playwright/test@latest';
  if (version === undefined)
    return { status: 'fail', message: `@playwright/test is not installed in ${folder}.`, fix };
  if (isAtLeast(version, range)) return { status: 'pass', message: `Playwright ${version}` };
  const message = `Playwright ${version} is too old: sessionwright needs ${range}.`;
  return { status: 'fail', message, fix };
}

/** Two copies of Playwright Test in one process refuse to work together. */
function copiesResult(folder: string): Result {
  const ours = fileURLToPath(new URL('.', import.meta.url));
  const copies = (name: string): (string | undefined)[] =>
    [folder, ours].map((from) => packageFile(name, from));
  const [suite, own] = copies('@playwright/test');
  if (suite !== undefined && own !== undefined && realpathSync(suite) !== realpathSync(own))
    return {
      status: 'fail',
      message: `There are two copies of @playwright/test: the suite loads ${suite}, sessionwright loads ${own}. Playwright refuses that.`,
      fix: 'Install sessionwright and @playwright/test in the same package, and run "npm dedupe".',
    };
  const core = versionOf(copies('playwright-core')[1]);
  const version = versionOf(suite);
  if (core !== undefined && version !== undefined && minorOf(core) !== minorOf(version))
    return {
      status: 'warn',
      message: `sessionwright loads playwright-core ${core}, the suite runs Playwright ${version}.`,
      fix: `npm i -D playwright-core@${version}`,
    };
  return { status: 'pass', message: 'One copy of Playwright' };
}

async function tempResult(): Promise<Result> {
  await checkBaseFolder();
  await rmdir(baseFolder()).catch(() => {}); // a run uses it, or there was none
  const { bavail, bsize } = await statfs(tmpdir());
  const freeGb = (bavail * bsize) / 1e9;
  const message = `Temporary folder ${tmpdir()}: ${freeGb.toFixed(1)} GB free`;
  if (freeGb >= LEAST_FREE_GB) return { status: 'pass', message };
  const fix = 'Free some space, or set TMPDIR to a folder on a larger disk.';
  return { status: 'warn', message, fix };
}

/** Only reads: a check that asks hosts could disturb a run. */
async function leftoversResult(): Promise<Result> {
  const folders = await listRunFolders();
  const dead = await Promise.all(folders.map(async (it) => ((await isAlive(it)) ? [] : [it])));
  const left = dead.flat().length + (await abandonedFolders()).length;
  if (left === 0) return { status: 'pass', message: 'Killed runs left nothing' };
  return {
    status: 'warn',
    message: `${countText(left, 'killed run')} left files in ${baseFolder()}, and perhaps sessions.`,
    fix: 'npx sessionwright reap',
  };
}

async function isAlive(folder: RunFolder): Promise<boolean> {
  const endpoint = folder.isHere ? await readEndpoint(folder) : undefined;
  return endpoint ? isProcessAlive(endpoint.pid) : isOwnerAlive(folder);
}

function proxyResult(): Result {
  const { http, https, none } = environment.networkProxies;
  const set = [http, https].filter((it) => it !== undefined);
  const wrong = set.some((it) => !URL.canParse(it.includes('://') ? it : `http://${it}`));
  if (wrong)
    return {
      status: 'fail',
      message: 'HTTP_PROXY or HTTPS_PROXY is not a URL.',
      fix: 'Set it to a URL such as http://proxy.example.com:3128.',
    };
  if (set.length === 0) return { status: 'pass', message: 'No proxy is set' };
  const except = none === undefined ? '' : `, except for ${none}`;
  return { status: 'info', message: `HTTP requests go through a proxy${except}.` };
}

/** @param range - such as `>=20.19` or `>=1.60 <2` */
function isAtLeast(version: string, range: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = (range.match(/\d+/g) ?? []).map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function versionOf(file: string | undefined): string | undefined {
  return file && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function minorOf(version: string): string {
  return version.split('.', 2).join('.');
}
