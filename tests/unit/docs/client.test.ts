/** docs/client.md has every member of a session and of its client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import { Profiles } from '../../../src/client/profiles';
import { RemoteSession } from '../../../src/client/session';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');

/** Called by the package itself, or named otherwise in the manual. */
const INNER = new Set(['constructor', 'prepare', 'stopsOnDispose']);

test.each([
  ['Session', RemoteSession, 'client.md'],
  ['SessionsClient', SessionsClient, 'client.md'],
  ['Profiles', Profiles, 'server.md'],
])('%s', (_, Class, file) => {
  const members = Object.getOwnPropertyNames(Class.prototype as object).filter(
    (name) => !INNER.has(name),
  );
  expect(members.length).toBeGreaterThan(5);
  for (const member of members) expect(read(file)).toMatch(new RegExp(`\`${member}[\`(]`));
});
