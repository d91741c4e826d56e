/** The rules load. A file that does not, and is imported at the top of a test file, fails it before there is a test to fail: mutation tests count tests only. */
import { expect, test } from 'vitest';

test('every rule can be made', async () => {
  const { validateSessionOptions } = await import('../../../src/options/validate');
  expect(validateSessionOptions({ headless: true }, 'use')).toEqual({ headless: true });
});
