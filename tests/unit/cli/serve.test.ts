import { expect, test } from 'vitest';
import { serve } from '../../../src/cli/serve';

test.each([
  [['--retention', 'soon'], /--retention takes a time such as 30s, 5m or 24h, .*, not "soon"/],
  [['--retention', '0'], /from 1 ms/],
  [['--retention', ''], /not ""/],
  [['--max-wait', '2h'], /to 1 hours, not "2h"/],
  [['--retention-hours', '24'], /did you mean "--retention"\?/],
  [['--port', '70000'], /--port takes a whole number/],
  [
    ['--backend', 'grid', '--grid-url', 'http://127.0.0.1:1', '--warm', '1', '--port', '0'],
    /--warm cannot be used with a Selenium Grid/,
  ],
  [['--data-folder', 'x'], /Unknown option "--data-folder"/],
])('%j is wrong usage', async (args, message) => {
  await expect(serve(args)).rejects.toThrow(message);
});
