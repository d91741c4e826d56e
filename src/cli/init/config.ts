/** Wraps the configuration in `withSessions`, however the file exports it. */
import type { CallExpression, Node } from '@babel/types';
import {
  bare,
  endOf,
  importLine,
  insertAfterImports,
  lineOf,
  nameOf,
  startOf,
  visitsOf,
  type Edit,
  type ManualChange,
  type Source,
} from './syntax';

/** The edits of a configuration; none if it uses `withSessions` already. */
export function convertConfig(source: Source): { edits: Edit[]; manual: ManualChange[] } {
  const { file, program } = source;
  if (usesWithSessions(source)) return { edits: [], manual: [] };
  const exported = program.body.map(exportedBy).find((it) => it !== undefined);
  if (!exported || !isWrappable(exported))
    return {
      edits: [],
      manual: [
        {
          file,
          line: exported ? lineOf(exported) : 1,
          problem: exported
            ? 'This export cannot be wrapped.'
            : 'The file exports no configuration of its own.',
          change:
            "Export withSessions(config), with withSessions from 'sessionwright/config' and your configuration as config.",
        },
      ],
    };
  const wrapped = argumentToWrap(exported) ?? exported;
  return {
    edits: [
      insertAfterImports(source, (style) => [
        importLine('withSessions', 'sessionwright/config', style),
      ]),
      { start: startOf(wrapped), end: startOf(wrapped), text: 'withSessions(' },
      { start: endOf(wrapped), end: endOf(wrapped), text: ')' },
    ],
    manual: [],
  };
}

function usesWithSessions({ program }: Source): boolean {
  return [...visitsOf(program)].some(
    ({ node }) => node.type === 'CallExpression' && nameOf(node.callee) === 'withSessions',
  );
}

/** The exported expression: of `export default`, `export =`, `module.exports =` or `exports.default =`. */
function exportedBy(statement: Node): Node | undefined {
  if (statement.type === 'ExportDefaultDeclaration') return statement.declaration;
  if (statement.type === 'TSExportAssignment') return statement.expression;
  if (statement.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement;
  if (expression.type !== 'AssignmentExpression' || expression.left.type !== 'MemberExpression')
    return undefined;
  const target = [expression.left.object, expression.left.property].map(nameOf).join('.');
  return ['module.exports', 'exports.default'].includes(target) ? expression.right : undefined;
}

function isWrappable(exported: Node): boolean {
  const { type } = bare(exported);
  return [
    'CallExpression',
    'Identifier',
    'ObjectExpression',
    'MemberExpression',
    'AwaitExpression',
    'ConditionalExpression',
  ].includes(type);
}

/**
 * The object of `defineConfig({...})`. A call with several configurations merges them, and one with type arguments checks them: these
 * are wrapped as a whole.
 */
function argumentToWrap(exported: Node): Node | undefined {
  if (exported.type !== 'CallExpression' || nameOf(exported.callee) !== 'defineConfig')
    return undefined;
  const [only, ...others] = exported.arguments;
  if (!only || others.length > 0 || hasTypeArguments(exported)) return undefined;
  return only.type === 'SpreadElement' ? undefined : only;
}

function hasTypeArguments(call: CallExpression): boolean {
  return Boolean(call.typeParameters ?? call.typeArguments);
}
