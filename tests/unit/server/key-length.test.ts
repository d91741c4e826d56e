import { expect, test } from 'vitest';
import { startSessionServer } from '../../../src/server/index';

test.each(['0.0.0.0', '::', '192.168.1.7', 'box.test'])(
  'on %s a key that can be guessed is refused before anything starts',
  async (hostname) => {
    await expect(
      startSessionServer({ host: hostname, apiKey: 'x'.repeat(15) }),
    ).rejects.toMatchObject({
      code: 'invalid_options',
      path: 'apiKey',
      message: expect.stringContaining('at least 16') as unknown,
    });
  },
);

test.each([
  ['127.0.0.1', 'k'],
  ['0.0.0.0', 'x'.repeat(16)],
])('on %s the key %s will do', async (hostname, apiKey) => {
  const server = await startSessionServer({ host: hostname, apiKey });
  expect(server.apiKey).toBe(apiKey);
  await server.close();
});
