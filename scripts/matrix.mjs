/**
 * `npm run test:matrix`: the suite of `tests/matrix` by the packed package, on each minor version of Playwright in the peer range. The oldest
 * and the newest run on each supported Node, those between on this Node. `-- next` runs another version or tag of Playwright instead, on this Node. Needs the npm registry; the last line counts the tests.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMBEDDED, main, ROOT, run, runNpm } from './lib/child.mjs';
import { countRun, NODE_VERSIONS, minors, sum } from './lib/matrix.mjs';
import { setup, SetupError } from './setup.mjs';

/** An installation from the registry on a slow line, in milliseconds. */
const INSTALL_LIMIT_MS = 5 * 60_000;
/** The suite takes a tenth of this on two idle cores; what runs longer hangs. */
const RUN_LIMIT_MS = 3 * 60_000;
const SUITE = join(ROOT, 'tests/matrix');
/** The version or tag that the command line names. */
const NAMED = process.argv[2];

await main(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sw-matrix-'));
  const counts = [];
  try {
    await setup();
    const tarball = await pack(folder);
    const nodes = await installNodes(folder);
    const own = nodes.find(({ path }) => path === process.execPath) ?? nodes[0];
    const versions = await playwrightVersions();
    for (const version of versions) {
      const project = await createProject(folder, { version, tarball });
      const isEdge = !NAMED && [versions.at(0), versions.at(-1)].includes(version);
      for (const node of isEdge ? nodes : [own])
        counts.push(await runSuite(project, { version, node }));
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    counts.push({ passed: 0, failed: 1 });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
  const { passed, failed } = sum(counts);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

/** Asks the registry which versions the peer range of package.json holds, or which one was named. */
async function playwrightVersions() {
  const { peerDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const range = `@playwright/test@${NAMED ?? peerDependencies['@playwright/test']}`;
  const output = await npm(['view', range, 'version', '--json']);
  const versions = JSON.parse(output);
  return NAMED ? [versions].flat() : minors(versions);
}

async function pack(folder) {
  const flags = ['--json', '--ignore-scripts', '--loglevel=error'];
  const output = await npm(['pack', ...flags, '--pack-destination', folder], ROOT);
  return join(folder, JSON.parse(output)[0].filename);
}

/** The path of each Node: this one where it is of the version, else that of the npm package `node`. */
async function installNodes(folder) {
  const own = Number(process.versions.node.split('.')[0]);
  const paths = await Promise.all(
    NODE_VERSIONS.map(async (version) => {
      if (version === own) return process.execPath;
      const place = join(folder, `node-${version}`);
      await mkdir(place);
      await writeFile(join(place, 'package.json'), '{"private":true}');
      await npm(['install', `node@${version}`], place);
      const name = process.platform === 'win32' ? 'node.exe' : 'node';
      return join(place, 'node_modules/node/bin', name);
    }),
  );
  return NODE_VERSIONS.map((version, index) => ({ version, path: paths[index] }));
}

/** A user's project with one version of Playwright, and the suite in it. */
async function createProject(folder, { version, tarball }) {
  const project = join(folder, `playwright-${version}`);
  await cp(SUITE, project, { recursive: true });
  const names = ['@playwright/test', 'playwright-core'];
  // Our ranges exclude pre-releases, so they must be overridden.
  const overrides = Object.fromEntries(names.map((name) => [name, version]));
  const manifest = { private: true, type: 'module', ...(NAMED && { overrides }) };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await npm(['install', tarball, ...names.map((name) => `${name}@${version}`)], project);
  return project;
}

/** Runs the suite, and says how it went. Its output is shown, whole, only when something in it failed. */
async function runSuite(project, { version, node }) {
  const startedAt = Date.now();
  const temp = join(project, `tmp-${node.version}`);
  await mkdir(temp);
  await rm(join(project, 'report.json'), { force: true });
  const result = await run(node.path, ['node_modules/@playwright/test/cli.js', 'test'], {
    cwd: project,
    limitMs: RUN_LIMIT_MS,
    env: { ...EMBEDDED, TMPDIR: temp, TEMP: temp, NODE_OPTIONS: '' },
  });
  const report = await readFile(join(project, 'report.json'), 'utf8').then(
    JSON.parse,
    () => undefined,
  );
  const counts = countRun({ ...result, report });
  if (counts.failed > 0) console.log(`\n${result.output.trimEnd()}\n${failuresOf(report)}\n`);
  const outcome = [`${counts.passed} passed`, counts.failed && `${counts.failed} failed`];
  console.log(
    `${counts.failed > 0 ? 'FAIL' : 'ok  '}  Playwright ${version} on Node ${node.version}: ${[...outcome, counts.problem].filter(Boolean).join(', ')} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`,
  );
  return counts;
}

/** The tests that failed, and how. */
function failuresOf(report) {
  const visit = (suite) => [
    ...suite.specs.flatMap(({ title, tests }) =>
      tests
        .flatMap(({ results }) => results)
        .flatMap(({ errors }) => errors.map(({ message }) => `${title}: ${message}`)),
    ),
    ...(suite.suites ?? []).flatMap(visit),
  ];
  return (report?.suites ?? []).flatMap(visit).join('\n');
}

async function npm(args, cwd = ROOT) {
  const { code, output } = await runNpm([...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    limitMs: INSTALL_LIMIT_MS,
  });
  if (code === 0) return output;
  throw new SetupError(`npm ${args.join(' ')} failed:\n${output}`);
}
