/** Lint refuses imports through a wall, and imports that lead back: each is tried with an import that is wrong. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { beforeAll, describe, expect, test } from 'vitest';
import { FOLDERS, SERVER_ROOMS } from '../../../scripts/lib/walls.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const RULES = ['import-x/no-restricted-paths', 'walls/no-cycle'];

let eslint: ESLint;
beforeAll(async () => {
  eslint = new ESLint({
    cwd: ROOT,
    ruleFilter: ({ ruleId }) => RULES.includes(ruleId),
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } } }, // types take long, and these rules need none
  });
  await eslint.lintText('', { filePath: join(ROOT, 'src/base/json.ts') }); // loads the parser, which takes seconds on a busy machine
}, 60_000);

/** What lint says of a file with this text. */
async function messagesFor(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(ROOT, filePath) });
  return (result?.messages ?? []).map(({ message }) => message);
}

describe('walls', () => {
  test.each([
    ['src/base/queue.ts', '../contract/errors', 'nothing of ours'],
    ['src/contract/errors.ts', '../options/defaults', 'src/contract may import only: base'],
    ['src/client/http.ts', '../server/index', 'src/client may import only'],
    ['src/server/index.ts', '../host/run', 'src/server may import only'],
    ['src/cli/main.ts', '../../fixtures/index', 'src never imports fixtures'],
    ['src/server/http/auth.ts', '../sessions/registry', 'src/server/http may import only'],
    ['src/server/sessions/session.ts', '../routes/page', 'src/server/sessions may import only'],
    ['src/server/routes/page.ts', '../session-server', 'src/server/routes may import only'],
    ['src/server/http/auth.ts', '../../host/run', 'src/server may import only'],
  ])('%s must not import %s', async (file, target, message) => {
    for (const text of [
      `import * as it from '${target}';`,
      `import type { It } from '${target}';`,
      `export * from '${target}';`,
      `void import('${target}');`,
    ])
      expect(await messagesFor(file, text), text).toContainEqual(expect.stringContaining(message));
  });

  test.each([
    ['src/contract/errors.ts', '../base/json'],
    ['src/server/routes/page.ts', '../http/http-router'],
    ['src/server/sessions/session.ts', '../../actions/page-driver'],
    ['src/server/session-server.ts', './routes/page'],
    ['fixtures/test.ts', '../src/host/run'],
  ])('%s may import %s', async (file, target) => {
    expect(await messagesFor(file, `import type { It } from '${target}';`)).toEqual([]);
  });

  test.each([
    ['src', FOLDERS],
    ['src/server', SERVER_ROOMS],
  ])('every folder of %s has its row, and no two can import each other', (parent, rows) => {
    const folders = readdirSync(join(ROOT, parent), { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(Object.keys(rows).sort()).toEqual(names.sort());
    Object.entries(rows).forEach(([, allowed], index) => {
      const above = Object.keys(rows).slice(0, index);
      expect(above).toEqual(expect.arrayContaining(allowed));
    });
  });
});

describe('circles', () => {
  test.each(['import { it }', 'import type { It }', 'import { type It }', 'export *'])(
    'of `%s` are refused, with the way back',
    async (statement) => {
      const [message, ...others] = await messagesFor(
        'src/base/atomic-file.ts',
        `${statement} from './json';`,
      );
      expect(message).toBe(
        `This import leads back to this file: ${['json.ts', 'atomic-file.ts'].map((name) => join('src/base', name)).join(' > ')}.`,
      );
      expect(others).toEqual([]);
    },
  );

  test('of imports that come later, and of more than two files', async () => {
    const [message = ''] = await messagesFor(
      'src/contract/errors.ts',
      `void import('./refusals');`,
    );
    expect(message).toContain(join('src/contract', 'refusals.ts'));
    const detour = await messagesFor('src/base/errors.ts', `import './json';`);
    expect(detour).toEqual([]);
  });

  test('of a file with itself', async () => {
    expect(await messagesFor('src/base/errors.ts', `import './errors';`)).toHaveLength(1);
  });

  test('are none where imports only meet', async () => {
    expect(
      await messagesFor(
        'src/base/json.ts',
        `import './atomic-file'; import './errors'; import 'node:fs'; import './none';`,
      ),
    ).toEqual([]);
  });
});

test('the rules hold for every file of ours', async () => {
  for (const file of ['src/base/json.ts', 'src/server/routes/page.ts', 'fixtures/test.ts']) {
    const rules = (await eslint.calculateConfigForFile(join(ROOT, file))) as Linter.Config;
    for (const rule of RULES)
      expect(rules.rules?.[rule], file).toEqual(expect.arrayContaining([2]));
  }
});
