/** Lint refuses texts that are cut in a way that keeps the whole of them in memory. */
import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { keptText } from '../../../scripts/lib/kept-text.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const FILE = 'cut.ts';
const DECLARED = `
  interface String { slice(from: number, to?: number): string; substring(from: number, to: number): string }
  interface Texts { slice(from: number, to?: number): Texts }
  declare const text: string; declare const texts: Texts; declare const MAX_TEXT: number; declare const end: number;
`;

/** What the rule says of this code, with types and without the libraries of TypeScript, which take seconds to load. */
function messagesFor(code: string): string[] {
  const content = DECLARED + code;
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost({}),
    getSourceFile: (name, version) =>
      name === FILE ? ts.createSourceFile(name, content, version, true) : undefined,
    fileExists: (name) => name === FILE,
  };
  const programs = [ts.createProgram([FILE], { noLib: true, types: [] }, host)];
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { programs } },
    plugins: { texts: { rules: { kept: keptText } } },
    rules: { 'texts/kept': 'error' },
  };
  return new Linter()
    .verify(content, [config] as Linter.Config[], FILE)
    .map(({ message }) => message);
}

test.each([
  'text.slice(0, MAX_TEXT)',
  'text.substring(0, 2 * MAX_TEXT)',
  '`${text}`.slice(0, MAX_TEXT)',
])('a text must not be cut to a maximum by %s', (code) => {
  expect(messagesFor(code)).toEqual([expect.stringContaining('src/base/foreign-text.ts')]);
});

test.each(['text.slice(0, end)', 'text.slice(MAX_TEXT)', 'texts.slice(0, MAX_TEXT)'])(
  '%s is no such cut',
  (code) => {
    expect(messagesFor(code)).toEqual([]);
  },
);

test.each([
  ['src/server/sessions/session-tests.ts', 2],
  ['src/host/note-teller.ts', 2],
  ['fixtures/page-log.ts', 2],
  ['src/base/foreign-text.ts', undefined],
  ['src/viewer/format.ts', undefined],
])('in %s the rule is %s', async (file, level) => {
  const config = (await new ESLint({ cwd: ROOT }).calculateConfigForFile(join(ROOT, file))) as {
    rules: Record<string, [number] | undefined>;
  };
  expect(config.rules['texts/kept']?.[0]).toBe(level);
});
