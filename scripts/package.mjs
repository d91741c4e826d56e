/**
 * `npm run package`: packs the package and checks it as a user gets it. Checks manifest and types, unused code, the public types against
 * `api/*.api.md`, the size budgets of `size-limits.json`, and what `npm publish` would refuse. `-- --update` writes `api/*.api.md`.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { main, ROOT, run, runNpm } from './lib/child.mjs';
import { overBudget } from './lib/budgets.mjs';

/** Node 20.19 and newer can `require()` ES modules, so this finding does not apply. */
const ATTW_IGNORES = ['--ignore-rules', 'cjs-resolves-to-esm'];
/** A bound for a tool that hangs, in milliseconds; each takes a few seconds. */
const TOOL_LIMIT_MS = 120_000;
const KB = 1024;

const manifest = readJson('package.json');
const isUpdate = process.argv.includes('--update');
const folder = mkdtempSync(join(tmpdir(), 'sw-package-'));

await main(async () => {
  try {
    const packed = await pack();
    const checks = {
      publint: () => findingsOfPublint(packed.path),
      attw: () => tool('@arethetypeswrong/cli/dist/index.js', [packed.path, ...ATTW_IGNORES]),
      knip: () => tool('knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
      types: findingsOfTypes,
      sizes: () => findingsOfSizes(packed),
      notices: () => findingsOfNotices(packed),
      publish: () => findingsOfPublish(packed.path),
    };
    let failed = 0;
    for (const [name, check] of Object.entries(checks)) {
      const findings = await check();
      failed += findings.length;
      console.log(`${name}: ${findings.length === 0 ? 'ok' : ['', ...findings].join('\n  ')}`);
    }
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Packs the build that is there. */
async function pack() {
  const { code, output } = await runNpm(
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    { limitMs: TOOL_LIMIT_MS },
  );
  if (code !== 0) throw new Error(`npm pack failed:\n${output}`);
  const [packed] = JSON.parse(output);
  return { ...packed, path: join(folder, packed.filename) };
}

async function findingsOfPublint(path) {
  const { buffer } = new Uint8Array(readFileSync(path));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  return messages.map((message) => formatMessage(message, manifest, { color: false }));
}

/** Runs a tool that fails when it finds something. */
async function tool(script, args) {
  const { code, output } = await run(
    process.execPath,
    [join(ROOT, 'node_modules', script), ...args],
    { limitMs: TOOL_LIMIT_MS, env: { FORCE_COLOR: '0' } },
  );
  return code === 0 ? [] : [output.trim()];
}

/** Compares the public types with `api`, or updates it. */
function findingsOfTypes() {
  return Object.entries(manifest.exports).flatMap(([name, { types }]) => {
    if (!types) return [];
    const report = `${name === '.' ? 'index' : name.slice(2)}.api.md`;
    const extraction = Extractor.invoke(extractorConfig(types, report), {
      localBuild: isUpdate,
      messageCallback: (message) => void (message.handled = true), // its advice on comments is not ours
    });
    return extraction.apiReportChanged && !isUpdate
      ? [
          `api/${report} differs from the public types. Run npm run package -- --update and review the difference.`,
        ]
      : [];
  });
}

function extractorConfig(types, reportFileName) {
  const mainEntryPointFilePath = join(ROOT, types);
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...readJson('tsconfig.json').compilerOptions,
            lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
          },
          files: [mainEntryPointFilePath],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: join(ROOT, 'api'),
        reportTempFolder: folder,
      },
      newlineKind: 'lf',
    },
  });
}

async function findingsOfSizes({ size, entryCount }) {
  const loaded = await filesLoadedBy("import('sessionwright')");
  return overBudget(
    {
      tarballKB: size / KB,
      files: entryCount,
      installedPackages: Object.entries(readJson('package-lock.json').packages).filter(
        ([path, { dev, devOptional }]) => path && !dev && !devOptional,
      ).length,
      importedFiles: loaded.length,
      importedKB: loaded.reduce((sum, file) => sum + statSync(file).size, 0) / KB,
    },
    readJson('size-limits.json').package,
    console.log,
  );
}

/** Files that a statement loads, of ours and of our dependencies. Playwright's are not counted: a test file loads them anyway. */
async function filesLoadedBy(statement) {
  const coverage = join(folder, 'coverage');
  const { code, output } = await run(process.execPath, ['--eval', statement], {
    env: { NODE_V8_COVERAGE: coverage },
    limitMs: TOOL_LIMIT_MS,
  });
  if (code !== 0 || !existsSync(coverage)) throw new Error(`${statement} failed:\n${output}`);
  const [name] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8'));
  const root = pathToFileURL(ROOT).href;
  return result
    .map(({ url }) => url)
    .filter((url) => url.startsWith(root) && !/node_modules\/(@playwright|playwright)/.test(url))
    .map(fileURLToPath);
}

/** The licenses of the libraries in our files are in the package. */
function findingsOfNotices({ files }) {
  const notices = 'dist/THIRD-PARTY.txt';
  return files.some(({ path }) => path === notices) ? [] : [`${notices} is not in the tarball.`];
}

/** What npm corrects or refuses when it publishes. Nothing is sent. `--force`: this version may have been published already. */
async function findingsOfPublish(path) {
  const { code, output } = await runNpm(
    ['publish', '--dry-run', '--force', '--ignore-scripts', '--provenance=false', path],
    { limitMs: TOOL_LIMIT_MS },
  );
  const lines = output.split('\n').filter((line) => /^npm (warn publish|error)/.test(line));
  const findings = lines.filter((line) => !/requires you to be logged in/.test(line));
  return code === 0 || findings.length > 0 ? findings : [output.trim()];
}

function readJson(name) {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}
