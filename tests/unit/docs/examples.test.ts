/** example-tests/README.md leads to every example. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../example-tests');

test.each(readdirSync(join(folder, 'tests')))('%s', (name) => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`](tests/${name})`);
});
