/** Libraries that are part of our package: how the build and the tests find them, and the notices that go with them. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The one file of mediabunny, for pages and Node alike; `src/recording/mediabunny.ts` imports its place by this name. */
const MEDIABUNNY = 'bundled:mediabunny';
/** The run page, as one HTML file without the data of a run; `src/reporter/run/html.ts` imports its place by this name. */
const RUN_PAGE = 'bundled:run-page';
/** The script of the process for heavy work; `src/work/work-process.ts` imports its place by this name. */
const HEAVY_WORK = 'bundled:heavy-work';
/** The files that the viewer's pages load; `src/server/viewer/viewer-files.ts` imports their places by these names. */
const VIEWER = { 'bundled:viewer-script': '.js', 'bundled:viewer-style': '.css' };
/** Libraries of which the package holds only a part. */
const CUT = new Set(['undici']);
/** Libraries inside of libraries: files of the outer one that are made from the inner one, whose licence is not part of an npm package. */
const INNER = [
  {
    files: /node_modules\/undici\/lib\/llhttp\//,
    heading:
      'llhttp (MIT), compiled to WebAssembly, in undici, source: https://github.com/nodejs/llhttp',
    licence: 'scripts/lib/llhttp-licence.txt',
  },
];
/** What we use of undici, which loads all of itself otherwise: a browser's fetch, caches, sockets and mocks, at four times the cost. */
const UNDICI = `
  import Agent from 'undici/lib/dispatcher/agent.js';
  import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
  import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
  import Pool from 'undici/lib/dispatcher/pool.js';
  import connect from 'undici/lib/api/api-connect.js';
  import request from 'undici/lib/api/api-request.js';
  Object.assign(Dispatcher.prototype, { connect, request }); // as undici's own first file does; a proxy is connected through by it
  export { Agent, Pool, ProxyAgent };
`;

const require = createRequire(import.meta.url);
/** The folder of an installed package, which may not export its `package.json`. */
const folderOf = (name) => {
  const entry = require.resolve(name);
  return entry.slice(
    0,
    entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length,
  );
};
/** The folder of the project: the build runs this file from a copy elsewhere. */
const root = dirname(dirname(folderOf('mediabunny')));
const runPageSource = join(root, 'src/reporter/page');
const mediabunnyFile = join(folderOf('mediabunny'), 'dist', 'bundles', 'mediabunny.min.mjs');

/** The package of a file: the innermost one, by its folder. */
const LIBRARY = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//;
/** Every file that is part of an output of this process's builds. */
const bundledFiles = new Set();

/** Builds in memory, and notes what is in the result. */
async function buildInMemory(esbuild, options) {
  const result = await esbuild.build({ ...options, bundle: true, write: false, metafile: true });
  noteFiles(result.metafile);
  return result.outputFiles;
}

function noteFiles({ outputs }) {
  for (const { inputs } of Object.values(outputs))
    for (const [file, { bytesInOutput }] of Object.entries(inputs))
      if (bytesInOutput > 0) bundledFiles.add(file);
}

/** For the build: mediabunny, the run page, the viewer and the script for heavy work become files beside our code, a part of undici becomes part of it. */
export const bundledByBuild = {
  name: 'bundled',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => metafile && noteFiles(metafile));
    build.onResolve({ filter: new RegExp(`^${MEDIABUNNY}$`) }, () => ({
      path: mediabunnyFile,
      namespace: 'bundled',
    }));
    build.onLoad({ filter: /.*/, namespace: 'bundled' }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'file',
    }));
    build.onResolve({ filter: new RegExp(`^${RUN_PAGE}$`) }, () => ({
      path: 'run-page.html',
      namespace: 'page',
    }));
    build.onLoad({ filter: /.*/, namespace: 'page' }, async () => ({
      contents: await makeRunPage(build.esbuild),
      loader: 'file',
    }));
    build.onResolve({ filter: /^bundled:viewer-/ }, ({ path }) => ({
      path: path.replace('bundled:', ''), // without an extension, which would have it taken for something else
      namespace: 'viewer',
    }));
    build.onLoad({ filter: /.*/, namespace: 'viewer' }, async ({ path }) => ({
      contents: (await viewerFiles(build.esbuild))[VIEWER[`bundled:${path}`]],
      loader: 'file',
    }));
    build.onResolve({ filter: new RegExp(`^${HEAVY_WORK}$`) }, () => ({
      path: 'heavy-work.mjs',
      namespace: 'work',
    }));
    build.onLoad({ filter: /.*/, namespace: 'work' }, async () => ({
      contents: await workScript(build.esbuild),
      loader: 'file',
    }));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'part-of' }));
    build.onLoad({ filter: /^undici$/, namespace: 'part-of' }, async () => ({
      contents: await partOfUndici(build.esbuild),
    }));
  },
};

/** The script of the process for heavy work, in one file. */
async function workScript(esbuild) {
  const outputFiles = await buildInMemory(esbuild, {
    entryPoints: [join(root, 'src/server/work-main.ts')],
    alias: { turndown: join(folderOf('turndown'), 'lib', 'turndown.browser.es.js') }, // the one that brings no DOM
    external: ['linkedom', '@mozilla/readability', 'debug'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outputFiles[0].contents;
}

/** Puts the run page together: its script, with the library that draws it, and its styles. */
async function makeRunPage(esbuild) {
  const outputFiles = await buildInMemory(esbuild, {
    entryPoints: [join(runPageSource, 'main.tsx')],
    minify: true,
    legalComments: 'none', // they stand in our notices
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const [template, ...styles] = await Promise.all(
    [
      join(runPageSource, 'template.html'),
      join(root, 'src/ui/tokens.css'),
      join(root, 'src/ui/reset.css'),
      join(runPageSource, 'page.css'),
    ].map((file) => readFile(file, 'utf8')),
  );
  const css = await esbuild.transform(styles.join(''), { loader: 'css', minify: true });
  return template
    .replace('<!--STYLE-->', () => css.code.trim())
    .replace('<!--SCRIPT-->', () => outputFiles[0].text.trim());
}

/** The viewer as one script and one style sheet, by their extensions. */
async function viewerFiles(esbuild) {
  const outputFiles = await buildInMemory(esbuild, {
    entryPoints: [join(root, 'src/viewer/main.tsx')],
    minify: true,
    outdir: 'viewer',
    format: 'esm',
    target: ['chrome120', 'firefox120', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none', // they stand in our notices
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [extname(path), contents]));
}

/** In one piece, with a `require` for the modules of Node that it asks for. */
async function partOfUndici(esbuild) {
  const outputFiles = await buildInMemory(esbuild, {
    stdin: { contents: UNDICI, resolveDir: import.meta.dirname },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: 'const require = (name) => process.getBuiltinModule(name);' }, // in a program that bundles us, too: it may be CommonJS
  });
  return outputFiles[0].text;
}

/** For tests, which run the sources. */
export const bundledInTests = {
  name: 'bundled',
  resolveId: (id) =>
    [MEDIABUNNY, RUN_PAGE, HEAVY_WORK, ...Object.keys(VIEWER)].includes(id) ? `\0${id}` : undefined,
  load: async (id) => {
    const name = id.replace('\0', '');
    if (name === MEDIABUNNY) return exported(mediabunnyFile);
    if (name === RUN_PAGE)
      return exported(await madeFile(await makeRunPage(await import('esbuild')), '.html'));
    if (name === HEAVY_WORK)
      return exported(await madeFile(await workScript(await import('esbuild')), '.mjs'));
    const extension = VIEWER[name];
    if (extension === undefined) return undefined;
    viewer ??= viewerFiles(await import('esbuild'));
    return exported(await madeFile((await viewer)[extension], extension));
  },
};

/** Of now, for all test files of this process. */
let viewer;

/** What was made, as a file. Tests that run at the same time may make it at the same time. */
async function madeFile(content, extension) {
  const folder = join(root, '.cache/made');
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const file = join(folder, `${digest}${extension}`);
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}.tmp`;
  await writeFile(draft, content);
  await rename(draft, file); // whoever reads it sees all of it
  return file;
}

function exported(file) {
  return `export default ${JSON.stringify(pathToFileURL(file).href)}`;
}

/** Writes the licences of all libraries that the builds of this process have put into the package. */
export async function writeNotices(file) {
  const files = [...bundledFiles].map((path) => path.replaceAll('\\', '/'));
  const names = new Set(files.map((path) => LIBRARY.exec(path)?.[1]).filter(Boolean));
  const inner = INNER.filter((it) => files.some((path) => it.files.test(path)));
  const notices = await Promise.all([
    ...[...names].sort().map(noticeOf),
    ...inner.map(async ({ heading, licence }) =>
      notice(heading, await readFile(join(root, licence), 'utf8')),
    ),
  ]);
  await writeFile(
    file,
    `This package holds the libraries below, under their own licences.\n\n${notices.join(`\n${'-'.repeat(72)}\n\n`)}`,
  );
}

async function noticeOf(name) {
  const folder = folderOf(name);
  const { version, license, repository } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const source = typeof repository === 'string' ? repository : repository.url;
  const extent = CUT.has(name) ? 'a part of it' : 'unchanged';
  return notice(
    `${name} ${version} (${license}), ${extent}, source: ${source}`,
    await readFile(join(folder, 'LICENSE'), 'utf8'),
  );
}

function notice(heading, licence) {
  return `${heading}\n\n${licence.trim()}\n`;
}
