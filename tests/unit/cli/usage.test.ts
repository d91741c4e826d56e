import { expect, test } from 'vitest';
import { parseOptions } from '../../../src/cli/usage';

test.each([
  ['--prot', 'Unknown option "--prot"; did you mean --port?\n\nUSAGE'],
  ['--dataDir', 'Unknown option "--dataDir"; did you mean --data-dir?\n\nUSAGE'],
  ['-q', 'Unknown option "-q"\n\nUSAGE'],
])('%s is refused, with the nearest name', (option, message) => {
  expect(() =>
    parseOptions(
      [option, '1'],
      { port: { type: 'string' }, 'data-dir': { type: 'string' } },
      'USAGE',
    ),
  ).toThrow(message);
});
