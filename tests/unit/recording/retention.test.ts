/** The rules of Playwright's `video` modes, as a table: what is recorded and what is kept. */
import { describe, expect, it } from 'vitest';
import type { RetentionMode } from '../../../src/recording/retention';
import { isRetentionMode, keeps, mayKeep } from '../../../src/recording/retention';

/** For the runs `passed, failed` of retry 0, 1 and 2: `K` kept, `d` recorded and dropped, `-` not recorded. */
const TABLE: [mode: RetentionMode, outcomes: string][] = [
  ['off', '-- -- --'],
  ['on', 'KK KK KK'],
  ['retain-on-failure', 'dK dK dK'],
  ['on-first-retry', '-- KK --'],
  ['on-all-retries', '-- KK KK'],
  ['retain-on-first-failure', 'dK -- --'],
  ['retain-on-failure-and-retries', 'dK KK KK'],
  ['retry-with-video', '-- KK --'],
];

describe('retention', () => {
  it.each(TABLE)('%s', (mode, outcomes) => {
    const seen = [0, 1, 2].map((retry) =>
      [false, true].map((failed) => letter(mode, { failed, retry })).join(''),
    );
    expect(seen.join(' ')).toBe(outcomes);
    expect(isRetentionMode(mode)).toBe(true);
  });

  it.each([['sometimes'], ['toString'], [''], [true], [undefined], [['on']]])(
    'there is no mode %j',
    (value) => expect(isRetentionMode(value)).toBe(false),
  );
});

function letter(mode: RetentionMode, outcome: { failed: boolean; retry: number }): string {
  if (keeps(mode, outcome)) return 'K';
  return mayKeep(mode, outcome.retry) ? 'd' : '-';
}
