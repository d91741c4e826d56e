import type { Rule } from 'eslint';

export const keptText: Rule.RuleModule;
