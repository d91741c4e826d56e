/**
 * What an entry loads and others load too, in one chunk: esbuild makes one for each set of entries that have something in common, and
 * each of those small files costs whoever imports the package about as much as a large one.
 */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

const NAME = 'shared-chunk';

/**
 * For esbuild. It first builds without it, to see what the entry has in common with others: each entry that needs some of that, lazy ones
 * too, gets all of it, and so it is one set.
 * @param {string} entry - by its name in the build
 * @param {string} folder - only files below it are put together
 */
export function sharedChunk(entry, folder) {
  return {
    name: NAME,
    setup(build) {
      const options = { ...build.initialOptions };
      const plugins = options.plugins.filter(({ name }) => name !== NAME);
      let plan;
      const planned = () =>
        (plan ??= build.esbuild
          .build({ ...options, plugins, write: false, metafile: true })
          .then(({ metafile: { outputs } }) =>
            planOf(outputs, { first: outputNamed(outputs, join(options.outdir, entry)), folder }),
          ));
      build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: NAME }));
      build.onLoad({ filter: /.*/, namespace: NAME }, async () => ({
        contents: (await planned()).shared.map(importOf).join('\n'),
        resolveDir: process.cwd(),
      }));
      build.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
        if (!(await planned()).sharing.has(path)) return undefined;
        return { contents: `${await readFile(path, 'utf8')}\n${importOf(NAME)}`, loader: 'ts' };
      });
    },
  };
}

/** Which files are put together, and which entries then import them; both as absolute paths. */
function planOf(outputs, { first, folder }) {
  const isShared = (input) => !relative(folder, input).startsWith('..');
  const shared = new Set(
    [...loadedBy(first, outputs)]
      .filter((output) => output !== first)
      .flatMap((output) => Object.keys(outputs[output].inputs).filter(isShared)),
  );
  const sharing = Object.keys(outputs).filter(
    (output) =>
      outputs[output].entryPoint &&
      [...loadedBy(output, outputs)].some((loaded) =>
        Object.keys(outputs[loaded].inputs).some((input) => shared.has(input)),
      ),
  );
  return {
    shared: [...shared].map((input) => resolve(input)),
    sharing: new Set(sharing.map((output) => resolve(outputs[output].entryPoint))),
  };
}

/** An output, and all that it imports at once. */
function loadedBy(output, outputs, loaded = new Set()) {
  if (loaded.has(output)) return loaded;
  loaded.add(output);
  for (const { path, kind } of outputs[output].imports)
    if (kind === 'import-statement' && path in outputs) loadedBy(path, outputs, loaded);
  return loaded;
}

function outputNamed(outputs, path) {
  return Object.keys(outputs).find(
    (output) => resolve(output.replace(/\.\w+$/, '')) === resolve(path),
  );
}

function importOf(path) {
  return `import ${JSON.stringify(path)};`;
}
