/** Parses a source file, and replaces parts of its text. Everything outside the replaced parts stays as it is, formatting included. */
import { extname } from 'node:path';
import { parse, type ParserPlugin } from '@babel/parser';
import type { Node, Program } from '@babel/types';

/** A parsed file of a suite. */
export interface Source {
  /** Absolute path. */
  file: string;
  /** The whole text. */
  text: string;
  program: Program;
}

/** A replaced part of a text, as offsets. An insertion has `start === end`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A change that the user must make. */
export interface ManualChange {
  /** Absolute path. */
  file: string;
  /** First line is 1. */
  line: number;
  /** What the command found, and why it matters. */
  problem: string;
  /** What to do. */
  change: string;
}

/** A node with the node that contains it. */
export interface Visit {
  node: Node;
  parent: Node | undefined;
}

/**
 * Parses TypeScript or JavaScript, as its file name says.
 * @throws the parser's error if the text has a syntax error
 */
export function parseSource(file: string, text: string): Source {
  const ext = extname(file);
  const isTypeScript = /^\.[cm]?tsx?$/.test(ext);
  const plugins: ParserPlugin[] = [
    ...(isTypeScript ? (['typescript'] as const) : []),
    ...(isTypeScript && ext !== '.tsx' ? [] : (['jsx'] as const)),
    'decorators',
    'decoratorAutoAccessors',
    'explicitResourceManagement',
  ];
  const { program } = parse(text, {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    plugins,
  });
  return { file, text, program };
}

/** All nodes under a node, and the node itself, in the order of the text. */
export function* visitsOf(node: Node, parent?: Node): Generator<Visit> {
  yield { node, parent };
  for (const value of Object.values(node) as unknown[])
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) yield* visitsOf(child, node);
}

/** The offset of a node's first character. */
export function startOf(node: Node): number {
  return node.start ?? 0;
}

/** The offset after a node's last character. */
export function endOf(node: Node): number {
  return node.end ?? 0;
}

/** The line of a node; the first is 1. */
export function lineOf(node: Node): number {
  return node.loc?.start.line ?? 1;
}

/** The text of a node. */
function textOf({ text }: Source, node: Node): string {
  return text.slice(startOf(node), endOf(node));
}

/** The name of an identifier, or of a string that stands for one, such as `'test'` in `pw['test']`. */
export function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'StringLiteral' ? node.value : undefined;
}

/** The key of an object's property or method. */
export function keyOf(property: Node): string | undefined {
  return property.type === 'ObjectProperty' || property.type === 'ObjectMethod'
    ? nameOf(property.key)
    : undefined;
}

/** The module that a `require()` or `import()` call names. */
export function loadedModule(node: Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const { callee, arguments: args } = node;
  const isLoad =
    callee.type === 'Import' || (callee.type === 'Identifier' && callee.name === 'require');
  return isLoad && args[0]?.type === 'StringLiteral' ? args[0].value : undefined;
}

/** Removes what TypeScript puts around an expression: `as`, `satisfies`, `!`, parentheses. */
export function bare(node: Node): Node {
  return node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'TSNonNullExpression' ||
    node.type === 'ParenthesizedExpression'
    ? bare(node.expression)
    : node;
}

/** Applies edits to a text. They may come in any order, and must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  const parts = sorted.flatMap((edit) => {
    const kept = text.slice(at, edit.start);
    at = edit.end;
    return [kept, edit.text];
  });
  return [...parts, text.slice(at)].join('');
}

/** Replaces the text of a string literal, and keeps its quotes. */
export function replaceString(literal: Node, value: string): Edit {
  return { start: startOf(literal) + 1, end: endOf(literal) - 1, text: value };
}

/** How the file writes a statement that loads a module. */
export interface Style {
  /** Whether the file uses `require`. */
  isCommonJs: boolean;
  quote: string;
  semicolon: string;
  eol: string;
}

/**
 * Inserts lines after the last import (or `require`) at the top level, or before the first statement.
 * @param write - the lines, in the style of the file
 */
export function insertAfterImports(source: Source, write: (style: Style) => string[]): Edit {
  const { program } = source;
  const loads = program.body.filter(isLoadStatement);
  const last = loads.at(-1);
  const style = styleOf(source, last);
  const lines = write(style);
  if (last)
    return {
      start: endOf(last),
      end: endOf(last),
      text: lines.map((it) => style.eol + it).join(''),
    };
  const at = startOfBody(source);
  return { start: at, end: at, text: lines.map((it) => it + style.eol).join('') };
}

/** Where the first statement begins, with the comment right above it, unless that is one for a tool. */
function startOfBody({ text, program }: Source): number {
  const first = program.body[0];
  if (!first) return text.length;
  const comment = first.leadingComments?.at(-1);
  if (!comment || /@ts-|eslint/.test(comment.value)) return startOf(first);
  const between = text.slice(comment.end ?? 0, startOf(first));
  return /^\r?\n$/.test(between) ? (comment.start ?? 0) : startOf(first);
}

/** The statement that loads names from a module, in the style of a file. */
export function importLine(names: string, module: string, style: Style): string {
  const { isCommonJs, quote, semicolon } = style;
  const from = `${quote}${module}${quote}`;
  return isCommonJs
    ? `const { ${names.replaceAll(' as ', ': ')} } = require(${from})${semicolon}`
    : `import { ${names} } from ${from}${semicolon}`;
}

function styleOf(source: Source, sample: Node | undefined): Style {
  const { text, program } = source;
  const hasModuleSyntax = program.body.some(({ type }) => /^(Import|Export|TSExport)/.test(type));
  const line = sample ? textOf(source, sample) : text;
  return {
    isCommonJs: !hasModuleSyntax,
    quote: /["']/.exec(line)?.[0] ?? "'",
    semicolon: sample && !line.trimEnd().endsWith(';') ? '' : ';',
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function isLoadStatement(statement: Node): boolean {
  if (statement.type === 'ImportDeclaration' || statement.type === 'TSImportEqualsDeclaration')
    return true;
  if (statement.type !== 'VariableDeclaration') return false;
  return statement.declarations.every(
    ({ init }) =>
      init && loadedModule(init.type === 'MemberExpression' ? init.object : init) !== undefined,
  );
}

/** Comments are no part of the tree: they are in fields of the nodes next to them. */
function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value &&
    !value.type.startsWith('Comment')
  );
}
