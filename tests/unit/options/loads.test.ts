/** The schemas load. A file that does not, and is imported at the top of a test file, fails it before there is a test to fail: mutation tests count tests only. */
import { expect, test } from 'vitest';

test('every schema can be made', async () => {
  const { validateSessionOptions } = await import('../../../src/options/validate');
  expect(() => validateSessionOptions({ headless: true }, 'use')).not.toThrow();
});
