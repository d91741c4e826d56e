/**
 * The CommonJS side of the build: the same chunks as the ES modules, with nothing changed but how they import and export. Our own processes
 * run by it, for Node loads it in two thirds of the time; ES modules are there for those who `import` them.
 */
import { transform } from 'sucrase';

/** Stands for `import.meta.url`, which CommonJS has not. Each chunk has its own: it tells files beside it and calls from outside by it. */
const OWN_URL = 'importMetaUrl';
const OWN_URL_HEAD = `const ${OWN_URL} = require("node:url").pathToFileURL(__filename).href;`;
/** Stands for `import` of what is known only when it is called, while the others become `require`: such a file may be an ES module. */
const IMPORT_BY_URL = 'importByUrl__';
const STRICT = '"use strict";';

/**
 * For tsup, with its own `splitting` off: that one lowers syntax of CommonJS to helpers at the top of a chunk, and functions that go
 * to a page as text would call them there.
 * @param imported - the entries that others import
 */
export function commonJs(imported) {
  return {
    name: 'common-js',
    esbuildOptions(options) {
      options.format = 'esm'; // esbuild splits nothing else
      options.splitting = true;
      if (this.format === 'cjs') options.define['import.meta.url'] = OWN_URL;
      else options.entryPoints = imported;
    },
    renderChunk(code, { path }) {
      return this.format === 'cjs' && path.endsWith('.cjs')
        ? { code: asCommonJs(code) }
        : undefined;
    },
  };
}

function asCommonJs(code) {
  const { code: converted } = transform(
    code.replaceAll(/\bimport\((?=\s*[^\s"'])/g, `${IMPORT_BY_URL}(`),
    { transforms: ['imports'], disableESTransforms: true },
  );
  const head = code.includes(OWN_URL) ? `${STRICT} ${OWN_URL_HEAD}` : STRICT;
  return converted.replace(STRICT, () => head).replaceAll(`${IMPORT_BY_URL}(`, 'import(');
}
