/** The lint rule that no file imports itself, neither directly nor by a detour. Types count, which `import-x/no-cycle` leaves out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';

export const noCycle = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { cycle: 'This import leads back to this file: {{ way }}.' },
  },
  create(context) {
    const file = context.physicalFilename;
    return {
      Program() {
        for (const { target, start } of importsIn(context.sourceCode.text, file)) {
          const way = wayFrom(target, file);
          if (!way) continue;
          const names = way.map((step) => relative(context.cwd, step)).join(' > ');
          const loc = context.sourceCode.getLocFromIndex(start);
          context.report({ loc, messageId: 'cycle', data: { way: names } });
        }
      },
    };
  },
};

/** What files import, by their path, as long as they stay as they were. */
const known = new Map();

/** The shortest way along imports; undefined when there is none. */
function wayFrom(start, goal) {
  const before = new Map([[start, undefined]]);
  for (const file of before.keys()) {
    if (file === goal) return backFrom(goal, before);
    for (const { target } of importsOf(file)) if (!before.has(target)) before.set(target, file);
  }
  return undefined;
}

function backFrom(goal, before) {
  const way = [];
  for (let step = goal; step !== undefined; step = before.get(step)) way.unshift(step);
  return way;
}

function importsOf(file) {
  const { mtimeMs } = statSync(file);
  if (known.get(file)?.mtimeMs !== mtimeMs)
    known.set(file, { mtimeMs, imports: importsIn(readFileSync(file, 'utf8'), file) });
  return known.get(file).imports;
}

/** Files of ours that a text imports: values, types and what is loaded later. */
function importsIn(text, file) {
  return ts.preProcessFile(text).importedFiles.flatMap(({ fileName, pos }) => {
    const target = fileName.startsWith('.') && fileOf(resolve(dirname(file), fileName));
    return target ? [{ target, start: pos }] : [];
  });
}

function fileOf(path) {
  return [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((candidate) =>
    existsSync(candidate),
  );
}
