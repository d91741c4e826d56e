import { expect, test } from 'vitest';
import { command, commandGroup } from '../../../src/cli/command';

test.each([
  ['--prot', 'Unknown option "--prot"; did you mean "--port"?\n\nUSAGE'],
  ['--dataDir', 'Unknown option "--dataDir"; did you mean "--data-dir"?\n\nUSAGE'],
  ['-q', 'Unknown option "-q"\n\nUSAGE'],
])('%s is refused, with the nearest name', async (option, message) => {
  const options = { port: { type: 'string' }, 'data-dir': { type: 'string' } } as const;
  const run = command({ usage: 'USAGE', options }, async () => undefined);
  await expect(run([option, '1'])).rejects.toThrow(message);
});

test('a misspelled command is refused, with the nearest one', async () => {
  const run = async (): Promise<void> => Promise.resolve();
  const group = commandGroup({ list: { summary: '', run } }, { prefix: 'sessions ', more: '' });
  await expect(group(['lst'])).rejects.toThrow(
    'Unknown command "sessions lst"; did you mean "sessions list"?\n\n',
  );
});
