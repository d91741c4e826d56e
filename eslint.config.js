import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { keptText } from './scripts/lib/kept-text.mjs';
import { noCycle } from './scripts/lib/no-cycle.mjs';
import { zones } from './scripts/lib/walls.mjs';

const onlyIn = (name, allowed) => ({ name, message: `Only ${allowed} may import ${name}.` });

// A later block replaces what an earlier one says of the same rule, so each names all of its parts.

/** zod's `z` is one object with every language of its messages. */
const zodInPart = [
  {
    selector:
      "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier[imported.name='z'], ImportDefaultSpecifier)",
    message: "Write `import * as z from 'zod'`: a bundle then keeps only what is used.",
  },
  {
    selector: "MemberExpression[object.name='z'][property.name=/^(core|locales)$/]",
    message:
      "Import from 'zod/v4/core' what is needed: a bundle keeps all of `z.core`, which is most of zod.",
  },
];

const boundedWaits = [
  {
    selector:
      'CallExpression[callee.object.name="Promise"][callee.property.name="race"] CallExpression[callee.name=/^(delay|setTimeout)$/]',
    message: 'src/base/deadline.ts waits with a bound.',
  },
];

const privateOfPlaywright = [
  'MemberExpression > Identifier.property',
  'TSPropertySignature > Identifier.key',
].map((place) => ({
  selector: `${place}[name=/^_[a-z]/]`,
  message: 'Only src/playwright/ touches private fields of Playwright.',
}));

export default tseslint.config(
  { ignores: ['.cache/**', 'dist/**', '**/results/**', '**/test-results/**', 'node_modules/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.{ts,tsx}'] })),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: {
      'import-x': importX,
      walls: { rules: { 'no-cycle': noCycle } },
      texts: { rules: { kept: keptText } },
    },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.mjs'] }),
      ],
    },
    rules: {
      'walls/no-cycle': 'error',
      'no-restricted-syntax': ['error', ...zodInPart],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off', // a function that answers with a promise says `async`, whether it waits or not
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'fixtures/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...zodInPart, ...boundedWaits],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message:
            'Only src/options/environment.ts reads the environment (and src/base/log.ts whether it is wanted).',
        },
        {
          object: 'process',
          property: 'exit',
          message:
            'Only entry points (host/main.ts, cli/main.ts, playwright/server-main.ts) end the process.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            onlyIn('undici', 'src/client'),
            onlyIn('@playwright/test', 'fixtures, src/playwright, src/reporter and src/config'),
          ],
        },
      ],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 55, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      complexity: ['error', 12],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'fixtures/**/*.ts'],
    ignores: [
      'fixtures/types.ts', // our own private fixtures
      'src/playwright/**',
      'src/contract/network-logs.ts', // HAR has such names
    ],
    rules: {
      'no-restricted-syntax': ['error', ...zodInPart, ...boundedWaits, ...privateOfPlaywright],
    },
  },
  {
    files: ['src/**/*.ts', 'fixtures/**/*.ts'],
    ignores: [
      'src/base/foreign-text.ts', // keptText itself
      'src/viewer/**', // these run in a browser, where nothing else is hurt
      'src/ui/**',
      'src/reporter/page/**',
    ],
    rules: { 'texts/kept': 'error' },
  },
  {
    files: ['src/client/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            onlyIn('@playwright/test', 'fixtures, src/playwright, src/reporter and src/config'),
          ],
        },
      ],
    },
  },
  {
    files: [
      'fixtures/**/*.ts',
      'src/playwright/**/*.ts',
      'src/reporter/**/*.ts',
      'src/config/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { paths: [onlyIn('undici', 'src/client')] }] },
  },
  {
    files: [
      'src/base/log.ts',
      'src/options/environment.ts',
      'src/host/main.ts',
      'src/cli/main.ts',
      'src/server/playwright-main.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['src/cli/**/*.ts', 'src/reporter/**/*.ts', 'fixtures/console.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['fixtures/**/*.ts', 'example-tests/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-empty-pattern': 'off' },
  },
  {
    files: ['tests/**/*.ts'],
    ignores: ['tests/eventually.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'vi',
          property: 'waitFor',
          message:
            'tests/eventually.ts waits longer than the one second that a busy machine may need.',
        },
      ],
    },
  },
);
