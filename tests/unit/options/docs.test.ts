/** docs/options.md names every option that there is, and no other, with its default. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BROWSER_TYPES } from '../../../src/contract/limits';
import { DEFAULT_START_TIMEOUT_MS, defaultTestOptions } from '../../../src/options/defaults';
import { sessionOptionsSchema, testOptionsSchema } from '../../../src/options/validate';

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
  ['Test options', testOptionsSchema],
  ['Session options', sessionOptionsSchema],
])('%s', (heading, schema) => {
  expect([...tableBelow(heading).keys()].sort()).toEqual(Object.keys(schema.shape).sort());
});

test.each([
  ['channel', BROWSER_TYPES],
  ['backend', ['chromium', 'grid', 'cdp']],
  ['transport', ['auto', 'playwright', 'cdp']],
  ['startTimeout', ['1000 to 1800000']],
  ['maxSessions', ['1 to 10000']],
  ['idleTimeout', ['60000 to 1800000']],
  ['maxDuration', ['60000 to 86400000']],
])('%s: the words and ranges that are allowed', (name, words) => {
  for (const word of words) expect(tableBelow('Session options').get(name)).toContain(word);
});

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
