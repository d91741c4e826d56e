/** A number that exceeds its budget fails `npm run package`. */
import { expect, it } from 'vitest';
import { overBudget } from '../../../scripts/lib/budgets.mjs';

it('accepts what is within its budget, and rounds up', () => {
  const lines: string[] = [];
  expect(
    overBudget({ tarballKB: 1459.2, files: 3 }, { tarballKB: 1460, files: 3 }, (line) =>
      lines.push(line),
    ),
  ).toEqual([]);
  expect(lines).toEqual(['  tarballKB: 1460 of 1460', '  files: 3 of 3']);
});

it('refuses growth, and a number without a budget', () => {
  const refused = overBudget({ tarballKB: 1460.1, files: 3 }, { tarballKB: 1460 }, () => {});
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatch(/^tarballKB is 1461, its limit in size-limits\.json is 1460\. /);
});
