/** The contract loads. A file that does not, and is imported at the top of a test file, fails it before there is a test to fail: mutation tests count tests only. */
import { expect, test } from 'vitest';

test('every schema and operation can be made', async () => {
  const { operationList } = await import('../../../src/contract/operations');
  expect(operationList.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['startSession', 'health']),
  );
});
