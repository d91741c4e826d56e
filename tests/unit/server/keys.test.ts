import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Accounts, isTheirs, NOBODY, OPERATOR } from '../../../src/server/accounts/account';
import { checkKeys, readKeysFile } from '../../../src/server/accounts/keys';

const key = 'a-secret-that-nobody-may-read';
const good = { name: 'team-a', key, maxSessions: 2 };

test('good keys are taken as they are', () => {
  const keys = [good, { name: 'b', key: 'x'.repeat(16) }];
  expect(checkKeys(keys, 'keys.json')).toEqual(keys);
});

test.each([
  [{}, 'the whole Invalid input'],
  [[], 'the whole must hold at least one key'],
  [[{ ...good, name: 'Team A' }], '[0].name must be 1 to 64'],
  [[{ ...good, name: '../up' }], '[0].name must be 1 to 64'],
  [[good, { name: 'b', key: 'short' }], '[1].key must have at least 16 characters'],
  [[{ name: 'b' }], '[0].key Invalid input'],
  [[{ ...good, maxSessions: 0 }], '[0].maxSessions Too small'],
  [[{ ...good, maxSessions: 1.5 }], '[0].maxSessions Invalid input'],
  [[{ ...good, max: 1 }], '[0] Unrecognized key: "max"'],
  [[good, { ...good, key: 'x'.repeat(16) }], '[1].name is there twice'],
  [[good, { ...good, name: 'b' }], '[1].key is there twice'],
])('%j is refused by the name of the field, and without the key', (keys, message) => {
  expect(() => checkKeys(keys, 'keys.json')).toThrow(
    `The keys of keys.json cannot be used: ${message}`,
  );
  expect(() => checkKeys(keys, 'keys.json')).not.toThrow(key);
});

test("the key of the operator is nobody else's, and is not shown", () => {
  const keys = [{ name: 'b', key: 'x'.repeat(16) }, good];
  const check = (): unknown => checkKeys(keys, 'keys.json', key);
  expect(check).toThrow(
    'The keys of keys.json cannot be used: [1].key is the key of the server itself (SESSIONWRIGHT_API_KEY)',
  );
  expect(check).not.toThrow(key);
  expect(checkKeys(keys, 'keys.json', 'another')).toEqual(keys);
});

test('a file that is none, or no JSON, is refused without its content', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sw-keys-'));
  const path = join(folder, 'keys.json');
  await expect(readKeysFile(path)).rejects.toThrow(`${path} cannot be used: it cannot be read`);
  await writeFile(path, `[{ "key": "${key}"`);
  const refused = await readKeysFile(path).catch((error: unknown) => String(error));
  expect(refused).toContain('it is no JSON');
  expect(refused).not.toContain(key);
  await writeFile(path, JSON.stringify([good]));
  expect(await readKeysFile(path)).toEqual([good]);
  await rm(folder, { recursive: true });
});

test('accounts are told by their keys, whole', () => {
  const accounts = new Accounts('the-operators', [good]);
  expect(accounts.find('the-operators')).toBe(OPERATOR);
  expect(accounts.find(key)).toMatchObject({ name: 'team-a', maxSessions: 2 });
  for (const wrong of [undefined, null, '', 'team-a', key.slice(1), `${key} `])
    expect(accounts.find(wrong)).toBeUndefined();
});

test('what is whose', () => {
  expect([undefined, 'team-a', 'b'].map((owner) => isTheirs(OPERATOR, owner))).toEqual([
    true,
    true,
    true,
  ]);
  expect([undefined, 'team-a', 'b'].map((owner) => isTheirs(good, owner))).toEqual([
    false,
    true,
    false,
  ]);
  expect([undefined, 'team-a'].map((owner) => isTheirs(NOBODY, owner))).toEqual([false, false]);
});
