import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/server/accounts/account';
import { Auth } from '../../../src/server/http/auth';

const asked = (headers: Record<string, string>): IncomingMessage =>
  ({ headers }) as unknown as IncomingMessage;

describe('the names that a request may come by', () => {
  test.each([
    [
      '127.0.0.1',
      ['127.0.0.1:4444', 'localhost:4444', 'LOCALHOST', '[::1]:4444'],
      ['evil.test', '127.0.0.1.evil.test', 'localhost.evil.test:4444', ''],
    ],
    ['CI-Machine', ['ci-machine:4444', 'CI-Machine', '127.0.0.1'], ['other-machine']],
    ['fd00::1', ['[fd00::1]:4444'], ['[fd00::2]:4444']],
    ['0.0.0.0', ['any.name:4444'], []],
  ])('on %s', (hostname, allowed, refused) => {
    const auth = new Auth(new Accounts('key'), hostname);
    for (const host of allowed) expect(() => auth.checkSite(asked({ host })), host).not.toThrow();
    for (const host of refused)
      expect(() => auth.checkSite(asked({ host })), host).toThrow('is not a name of this server');
  });
});

test('a page of another site is refused, and one of our own is not', () => {
  const auth = new Auth(new Accounts('key'), '127.0.0.1');
  const host = '127.0.0.1:4444';
  expect(() => auth.checkSite(asked({ host, origin: `http://${host}` }))).not.toThrow();
  for (const origin of ['http://evil.test', 'http://127.0.0.1:5555', 'null'])
    expect(() => auth.checkSite(asked({ host, origin })), origin).toThrow('are not accepted');
});

test('the key is asked for, whole', () => {
  const auth = new Auth(new Accounts('key'), '127.0.0.1');
  expect(() => auth.account(asked({ authorization: 'Bearer key' }))).not.toThrow();
  for (const authorization of ['Bearer ke', 'Bearer keyy', 'key', 'Basic key'])
    expect(() => auth.account(asked({ authorization })), authorization).toThrow('API key');
});
