/** The rules between options, as a suite's options meet them: there a viewport may be null. */
import { expect, test } from 'vitest';
import type { StartOptions } from '../../../src/contract/start-options';
import { START_RULES } from '../../../src/contract/start-rules';

test.each<[StartOptions, string[]]>([
  [{ cdpUrl: 'ws://a', viewport: null }, []],
  [{ cdpUrl: 'ws://a', viewport: { width: 1, height: 1 } }, ['viewport']],
  [{ aspectRatio: '5:4', viewport: null }, []],
  [{ aspectRatio: '5:4', viewport: { width: 1, height: 1 } }, ['aspectRatio']],
])('%j breaks %j', (options, broken) => {
  expect(START_RULES.filter(({ isBroken }) => isBroken(options)).map(({ at }) => at)).toEqual(
    broken,
  );
});
