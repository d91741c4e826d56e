/** docs/options.md names every option that there is, and no other, with its default. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_START_TIMEOUT_MS, defaultTestOptions } from '../../../src/options/defaults';
import { sessionOptionRules, testOptionRules } from '../../../src/options/schema';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/options.md'), 'utf8');

/** The first table below a heading: its rows by the name in their first cell. */
function tableBelow(heading: string): Map<string, string> {
  const lines = manual.slice(manual.indexOf(`\n## ${heading}\n`)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|---'));
  const rows = lines.slice(
    start + 1,
    lines.findIndex((line, index) => index > start && !line.startsWith('|')),
  );
  return new Map(rows.map((row) => [/^\| `(\w+)` \|/.exec(row)?.[1] ?? row, row]));
}

test.each([
  ['Test options', testOptionRules],
  ['Session options', sessionOptionRules],
])('%s', (heading, rules) => {
  expect([...tableBelow(heading).keys()]).toEqual(Object.keys(rules));
});

test.each(Object.entries({ ...sessionOptionRules, ...testOptionRules }))(
  '%s: the words and ranges that are allowed',
  (name, rule) => {
    const row =
      tableBelow('Session options').get(name) ?? tableBelow('Test options').get(name) ?? '';
    const [range] = /\d+ to \d+$/.exec(rule.allowed) ?? [];
    if (range !== undefined) expect(row).toContain(range);
    if (/^('[\w:-]+'(, )?)+$/.test(rule.allowed))
      for (const word of rule.allowed.split(', ')) expect(row).toContain(`\`${word}\``);
  },
);

test('the default of startTimeout', () => {
  expect(tableBelow('Session options').get('startTimeout')).toContain(
    `| ${DEFAULT_START_TIMEOUT_MS} |`,
  );
});

test('the defaults of test options', () => {
  const rows = tableBelow('Test options');
  for (const [name, value] of Object.entries(defaultTestOptions))
    if (value !== undefined) expect(rows.get(name)).toContain(`| \`'${value}'\` |`);
  expect(Object.keys(defaultTestOptions)).toEqual([...rows.keys()]);
});
