/** Suites of playwright-bdd: its own `test` is merged with ours, and `createBdd` gets the result. */
import { basename, dirname, extname, join, relative } from 'node:path';
import type { Node } from '@babel/types';
import {
  endOf,
  importLine,
  insertAfterImports,
  lineOf,
  loadedModule,
  nameOf,
  startOf,
  visitsOf,
  type Edit,
  type ManualChange,
  type Source,
  type Visit,
} from './syntax';

const MODULE = 'playwright-bdd';

/** What a suite of playwright-bdd needs. */
export interface BddChanges {
  edits: Map<Source, Edit[]>;
  /** A new file with the merged `test`, if the steps use playwright-bdd's own. */
  added: { file: string; text: string } | undefined;
  manual: ManualChange[];
}

/** Changes of all files of one package. */
export function convertBdd(sources: readonly Source[]): BddChanges {
  const edits = new Map<Source, Edit[]>();
  const manual: ManualChange[] = [];
  const steps: { source: Source; calls: Node[] }[] = [];
  for (const source of sources) {
    const visits = [...visitsOf(source.program)];
    const extended = mergedTest(source, visits);
    if (extended) edits.set(source, extended);
    manual.push(...exportedTest(source, visits));
    const calls = visits.filter(isPlainCreateBdd).map(({ node }) => node);
    if (calls.length > 0) steps.push({ source, calls });
  }
  const [first] = steps;
  const added = first && newFile(first.source);
  if (added)
    for (const { source, calls } of steps)
      edits.set(source, [...(edits.get(source) ?? []), ...withTest(source, calls, added.file)]);
  return { edits, manual, added };
}

/** `import { test as base } from 'playwright-bdd'`: the name becomes both tests, merged. */
function mergedTest(source: Source, visits: readonly Visit[]): Edit[] | undefined {
  const specifier = visits.find(
    ({ node, parent }) =>
      node.type === 'ImportSpecifier' &&
      node.importKind !== 'type' &&
      nameOf(node.imported) === 'test' &&
      parent?.type === 'ImportDeclaration' &&
      parent.source.value === MODULE,
  )?.node;
  if (specifier?.type !== 'ImportSpecifier') return undefined;
  const { start, end } = { start: startOf(specifier), end: endOf(specifier) };
  return [
    { start, end, text: 'test as bddTest' },
    insertAfterImports(source, (style) => [
      importLine('mergeTests, test as sessionTest', 'sessionwright', style),
      '',
      `const ${specifier.local.name} = mergeTests(bddTest, sessionTest)${style.semicolon}`,
    ]),
  ];
}

function exportedTest({ file }: Source, visits: readonly Visit[]): ManualChange[] {
  return visits.flatMap(({ node }) => {
    const isExport = node.type === 'ExportNamedDeclaration' && node.source?.value === MODULE;
    const isRequire = loadedModule(node) === MODULE;
    const brings =
      isRequire || (isExport && node.specifiers.some((it) => nameOf(it.exported) === 'test'));
    if (!brings) return [];
    return {
      file,
      line: lineOf(node),
      problem: 'The test of playwright-bdd does not run on a session.',
      change:
        'Use mergeTests(bddTest, sessionTest), with bddTest from playwright-bdd and sessionTest from sessionwright.',
    };
  });
}

function isPlainCreateBdd({ node }: Visit): boolean {
  return (
    node.type === 'CallExpression' &&
    nameOf(node.callee) === 'createBdd' &&
    node.arguments.length === 0
  );
}

/** Is in the folder of the steps, which the configuration loads. */
function newFile({ file }: Source): { file: string; text: string } {
  const text = [
    "import { test as bddTest } from 'playwright-bdd';",
    "import { mergeTests, test as sessionTest } from 'sessionwright';",
    '',
    '/** Steps and scenarios on a session. */',
    'export const test = mergeTests(bddTest, sessionTest);',
    '',
  ].join('\n');
  return { file: join(dirname(file), `session-test${extname(file)}`), text };
}

function withTest(source: Source, calls: readonly Node[], added: string): Edit[] {
  const from = relative(dirname(source.file), dirname(added)).replaceAll('\\', '/') || '.';
  const isTypeScript = extname(added).includes('t');
  const name = isTypeScript ? basename(added, extname(added)) : basename(added);
  const module = `${from.startsWith('.') ? from : `./${from}`}/${name}`;
  return [
    insertAfterImports(source, (style) => [importLine('test as sessionTest', module, style)]),
    ...calls.map((call) => ({ start: endOf(call) - 1, end: endOf(call) - 1, text: 'sessionTest' })),
  ];
}
