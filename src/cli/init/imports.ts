/** Changes the imports that bring Playwright's `test`, and no others: types, `expect` and page objects stay as they are. */
import type { ExportSpecifier, ImportDeclaration, Node } from '@babel/types';
import {
  keyOf,
  lineOf,
  loadedModule,
  nameOf,
  replaceString,
  visitsOf,
  type Edit,
  type ManualChange,
  type Source,
  type Visit,
} from './syntax';

/** The modules that export Playwright's `test`. */
const PLAYWRIGHT_MODULES: readonly string[] = ['@playwright/test', 'playwright/test'];

/** The names under which a module exports `test`. */
const TEST_NAMES: readonly (string | undefined)[] = ['test', 'default'];

/** Exports of Playwright that `sessionwright` does not have. */
const PRIVATE_NAMES: readonly (string | undefined)[] = ['_baseTest', '_utilityTest'];

/** Fixtures and options of `sessionwright`. A suite's own fixture of the same name would replace ours. */
const OUR_NAMES: readonly (string | undefined)[] = [
  'session',
  'sessionOptions',
  'isolation',
  'cookieFile',
  'saveCookies',
  'recording',
  'viewerLink',
];

/** The edits of a file, and what the user must change in it. */
export function convertImports(source: Source): { edits: Edit[]; manual: ManualChange[] } {
  const visits = [...visitsOf(source.program)];
  const literals = visits.flatMap((visit) => testModule(visit, visits) ?? []);
  if (literals.length === 0) return { edits: [], manual: [] };
  const manual = [...takenNames(source, visits), ...privateNames(source, literals, visits)];
  const edits = literals.map((literal) => replaceString(literal, 'sessionwright'));
  return manual.length > 0 ? { edits: [], manual } : { edits, manual };
}

/** Whether a node is the object argument of `something.extend({...})`, but not of `expect.extend`. */
function isFixtures({ node, parent }: Visit): boolean {
  if (node.type !== 'ObjectExpression' || parent?.type !== 'CallExpression') return false;
  const { callee } = parent;
  return (
    callee.type === 'MemberExpression' &&
    nameOf(callee.property) === 'extend' &&
    nameOf(callee.object) !== 'expect'
  );
}

/** The literal with the module's name, if the node brings `test` from Playwright. */
function testModule(visit: Visit, visits: readonly Visit[]): Node | undefined {
  const literal = moduleLiteral(visit.node);
  return literal && isPlaywright(literal) && bringsTest(visit, visits) ? literal : undefined;
}

function moduleLiteral(node: Node): Node | null | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression':
      return loadedModule(node) === undefined ? undefined : node.arguments[0];
    default:
      return undefined;
  }
}

function bringsTest(visit: Visit, visits: readonly Visit[]): boolean {
  const { node, parent } = visit;
  switch (node.type) {
    case 'ImportDeclaration':
      return importsTest(node, visits);
    case 'ExportNamedDeclaration':
      return node.exportKind !== 'type' && node.specifiers.some(exportsTest);
    case 'ExportAllDeclaration':
      return node.exportKind !== 'type' && !visits.some(declaresTest);
    case 'TSExternalModuleReference':
      return parent?.type === 'TSImportEqualsDeclaration' && usesTestOf(parent.id.name, visits);
    default:
      return loadsTest(visit, visits);
  }
}

function isPlaywright(literal: Node): boolean {
  return PLAYWRIGHT_MODULES.includes(nameOf(literal) ?? '');
}

function importsTest(declaration: ImportDeclaration, visits: readonly Visit[]): boolean {
  if (declaration.importKind === 'type') return false;
  return declaration.specifiers.some((specifier) => {
    if (specifier.type === 'ImportDefaultSpecifier') return true;
    if (specifier.type === 'ImportNamespaceSpecifier')
      return usesTestOf(specifier.local.name, visits);
    return specifier.importKind !== 'type' && TEST_NAMES.includes(nameOf(specifier.imported));
  });
}

function exportsTest(specifier: Node): boolean {
  if (specifier.type === 'ExportNamespaceSpecifier') return true;
  if (specifier.type !== 'ExportSpecifier') return false;
  // The parser sets `exportKind` for TypeScript; its types do not have it.
  const { local, exportKind } = specifier as ExportSpecifier & { exportKind?: string };
  return exportKind !== 'type' && TEST_NAMES.includes(local.name);
}

/** Whether a `require()` or `import()` brings `test`, by what is done with its result. */
function loadsTest({ node, parent }: Visit, visits: readonly Visit[]): boolean {
  if (parent?.type === 'AwaitExpression') {
    const around = visits.find((visit) => visit.node === parent);
    return around ? loadsTest(around, visits) : false;
  }
  if (parent?.type === 'MemberExpression') return TEST_NAMES.includes(nameOf(parent.property));
  if (parent?.type === 'VariableDeclarator' && parent.init === node) {
    if (parent.id.type === 'Identifier') return usesTestOf(parent.id.name, visits);
    return parent.id.type !== 'ObjectPattern' || parent.id.properties.some(isTestProperty);
  }
  return parent?.type !== 'ExpressionStatement';
}

/** Whether a file uses `test` of a namespace: `pw.test`, `const { test } = pw`, or `{ ...pw }`. */
function usesTestOf(name: string, visits: readonly Visit[]): boolean {
  const isNamespace = (node: Node | null | undefined): boolean =>
    node?.type === 'Identifier' && node.name === name;
  return visits.some(({ node }) => {
    if (node.type === 'MemberExpression')
      return isNamespace(node.object) && TEST_NAMES.includes(nameOf(node.property));
    if (node.type === 'VariableDeclarator')
      return (
        isNamespace(node.init) &&
        node.id.type === 'ObjectPattern' &&
        node.id.properties.some(isTestProperty)
      );
    return node.type === 'SpreadElement' && isNamespace(node.argument);
  });
}

/** A rest element takes `test` too, if it is not named before. */
function isTestProperty(property: Node): boolean {
  return property.type === 'RestElement' || TEST_NAMES.includes(keyOf(property));
}

/** `export const test = ...` hides the `test` of `export * from '@playwright/test'`. */
function declaresTest({ node, parent }: Visit): boolean {
  if (parent?.type !== 'ExportNamedDeclaration') return false;
  if (node.type === 'ExportSpecifier') return nameOf(node.exported) === 'test';
  return (
    node.type === 'VariableDeclaration' &&
    node.declarations.some(({ id }) => id.type === 'Identifier' && id.name === 'test')
  );
}

function takenNames({ file }: Source, visits: readonly Visit[]): ManualChange[] {
  return visits.filter(isFixtures).flatMap(({ node }) =>
    (node.type === 'ObjectExpression' ? node.properties : []).flatMap((property) => {
      const name = keyOf(property);
      if (name === undefined || !OUR_NAMES.includes(name)) return [];
      return {
        file,
        line: lineOf(property),
        problem: `The suite's own fixture "${name}" has the name of a fixture or option of sessionwright.`,
        change: `Rename it, then run init again. The file is not changed until then.`,
      };
    }),
  );
}

function privateNames(
  { file }: Source,
  literals: readonly Node[],
  visits: readonly Visit[],
): ManualChange[] {
  return visits.flatMap(({ node, parent }) => {
    if (node.type !== 'ImportSpecifier' || parent?.type !== 'ImportDeclaration') return [];
    const name = nameOf(node.imported);
    if (!literals.includes(parent.source) || !PRIVATE_NAMES.includes(name)) return [];
    return {
      file,
      line: lineOf(node),
      problem: `sessionwright does not export ${name ?? ''}, a private name of Playwright.`,
      change: "Import it in a statement of its own, and the others from 'sessionwright'.",
    };
  });
}
