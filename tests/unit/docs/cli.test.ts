/** docs/cli.md has every option of every command, as `--help` tells them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { open } from '../../../src/cli/open';
import { reap } from '../../../src/cli/reap';
import { serve } from '../../../src/cli/serve';
import { sessions } from '../../../src/cli/sessions/index';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
let printed: string;

beforeEach(() => {
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => void (printed += text));
});

afterEach(() => vi.restoreAllMocks());

test.each<[string, () => Promise<void>]>([
  ['serve', () => serve(['--help'])],
  ['reap', () => reap(['--help'])],
  ['open', () => open(['--help'])],
  ...['list', 'show', 'stop', 'cookies', 'replay', 'open'].map(
    (name): [string, () => Promise<void>] => [`sessions ${name}`, () => sessions([name, '--help'])],
  ),
])('%s', async (name, help) => {
  await help();
  expect(printed).toContain(`sessionwright ${name}`);
  const section =
    manual.slice(manual.indexOf(`\n## ${name.split(' ')[0] ?? ''}\n`)).split('\n## ')[1] ?? '';
  const rows = name.startsWith('sessions')
    ? section
        .split('\n')
        .filter((line) => line.startsWith(`| \`${name}`))
        .join('\n')
    : section;
  expect(rows).not.toBe('');
  const options = new Set(printed.match(/--[a-z-]+/g)?.filter((option) => option !== '--json'));
  for (const option of options) expect(rows).toContain(option);
});
