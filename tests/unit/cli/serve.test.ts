import { expect, test } from 'vitest';
import { serve } from '../../../src/cli/serve';

test.each([
  [['--retention-hours', 'soon'], /--retention-hours takes a number above 0/],
  [['--retention-hours', '0'], /above 0/],
  [['--retention-hours', ''], /above 0/],
  [['--port', '70000'], /--port takes a whole number/],
  [
    ['--backend', 'grid', '--grid-url', 'http://127.0.0.1:1', '--warm', '1', '--port', '0'],
    /--warm cannot be used with a Selenium Grid/,
  ],
  [['--data-folder', 'x'], /Unknown option "--data-folder"/],
])('%j is wrong usage', async (args, message) => {
  await expect(serve(args)).rejects.toThrow(message);
});
