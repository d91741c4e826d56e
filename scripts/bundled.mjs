/** Libraries that are part of our package: how the build and the tests find them, and the notices that go with them. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The one file of mediabunny, for pages and Node alike; `src/recording/mediabunny.ts` imports its place by this name. */
const MEDIABUNNY = 'bundled:mediabunny';
/** Whose licences ask to be told of. */
const NOTICED = ['mediabunny', 'turndown', 'undici', 'zod'];
/** What we use of undici, which loads all of itself otherwise: a browser's fetch, caches, sockets and mocks, at four times the cost. */
const UNDICI = `
  import Agent from 'undici/lib/dispatcher/agent.js';
  import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
  import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
  import Pool from 'undici/lib/dispatcher/pool.js';
  import request from 'undici/lib/api/api-request.js';
  Dispatcher.prototype.request = request; // as undici's own first file does
  export { Agent, EnvHttpProxyAgent, Pool };
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
const mediabunnyFile = join(folderOf('mediabunny'), 'dist', 'bundles', 'mediabunny.min.mjs');

/** For the build: mediabunny becomes a file beside our code, turndown and a part of undici parts of it. */
export const bundledByBuild = {
  name: 'bundled',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${MEDIABUNNY}$`) }, () => ({
      path: mediabunnyFile,
      namespace: 'bundled',
    }));
    build.onLoad({ filter: /.*/, namespace: 'bundled' }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'file',
    }));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'part-of' }));
    build.onLoad({ filter: /^undici$/, namespace: 'part-of' }, async () => ({
      contents: await partOfUndici(build.esbuild),
    }));
    build.onResolve({ filter: /^turndown$/ }, () => ({
      path: join(folderOf('turndown'), 'lib', 'turndown.browser.es.js'), // the one that brings no DOM
    }));
  },
};

/** In one piece, with a `require` for the modules of Node that it asks for. */
async function partOfUndici(esbuild) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: UNDICI, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outputFiles[0].text;
}

/** For tests, which run the sources. */
export const bundledInTests = {
  name: 'bundled',
  resolveId: (id) => (id === MEDIABUNNY ? `\0${MEDIABUNNY}` : undefined),
  load: (id) =>
    id === `\0${MEDIABUNNY}`
      ? `export default ${JSON.stringify(pathToFileURL(mediabunnyFile).href)}`
      : undefined,
};

/** Writes down whose work is in the package. */
export async function writeNotices(file) {
  const notices = await Promise.all(
    NOTICED.map(async (name) => {
      const folder = folderOf(name);
      const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const { repository } = about;
      const source = typeof repository === 'string' ? repository : repository.url;
      const licence = await readFile(join(folder, 'LICENSE'), 'utf8');
      return `${name} ${about.version} (${about.license}), unchanged, source: ${source}\n\n${licence.trim()}\n`;
    }),
  );
  await writeFile(
    file,
    `This package holds the libraries below, under their own licences.\n\n${notices.join(`\n${'-'.repeat(72)}\n\n`)}`,
  );
}
