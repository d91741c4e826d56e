/** The lint rule that no text is cut to a maximum by `slice` or `substring`: V8 then keeps the whole of it in memory. */
import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

const CUTS = new Set(['slice', 'substring', 'substr']);
/** How constants are named. */
const CONSTANT = /^[A-Z][A-Z\d_]+$/;

export const keptText = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      cut: 'Cut it by keptText of src/base/foreign-text.ts: `{{ method }}` keeps the whole text in memory, however short the part is.',
    },
  },
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    return {
      CallExpression(node) {
        const {
          callee,
          arguments: [, end],
        } = node;
        const method = callee.type === 'MemberExpression' ? callee.property.name : undefined;
        if (!CUTS.has(method) || !end || !hasConstant(context, end)) return;
        const type = services.getTypeAtLocation(callee.object);
        if (isText(type)) context.report({ node, messageId: 'cut', data: { method } });
      },
    };
  },
};

function hasConstant({ sourceCode }, end) {
  return sourceCode
    .getTokens(end)
    .some(({ type, value }) => type === 'Identifier' && CONSTANT.test(value));
}

function isText(type) {
  const types = type.isUnion() ? type.types : [type];
  return types.some(({ flags }) => (flags & ts.TypeFlags.StringLike) !== 0);
}
