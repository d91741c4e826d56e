/** docs/operations.md has a row for each operation of the contract, in its order, and each row names calls and commands that there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AccountFiles, SessionFiles } from '../../../src/client/files';
import { SessionsClient } from '../../../src/client/index';
import { Profiles } from '../../../src/client/profiles';
import { RemoteSession } from '../../../src/client/session';
import { operationList } from '../../../src/contract/operations';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
const commands = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
const rows = manual
  .split('\n')
  .filter((line) => /^\| `[A-Z]+ \//.test(line))
  .map((line) => line.split(' | '));

/** Whose methods a call in the table can be. */
const OWNERS: Record<string, object> = {
  client: SessionsClient.prototype,
  session: RemoteSession.prototype,
  'client.files': AccountFiles.prototype,
  'client.profiles': Profiles.prototype,
  'session.files': SessionFiles.prototype,
};

test('every operation has its row', () => {
  expect(rows.map(([operation]) => operation)).toEqual(
    operationList.map(({ method, path }) => `| \`${method} ${path}\``),
  );
});

test.each(
  rows.flatMap(([, calls = '']) =>
    [...calls.matchAll(/`([\w.]+)\.(\w+)\(\)`/g)].map(([, owner = '', method = '']) => [
      owner,
      method,
    ]),
  ),
)('%s.%s() is there', (owner, method) => {
  expect(Object.getOwnPropertyNames(OWNERS[owner])).toContain(method);
});

test.each(
  rows.flatMap(([, , names = '']) =>
    [...names.matchAll(/`(sessions \w+)/g)].map(([, name = '']) => name),
  ),
)('"%s" is in the manual of the command line', (name) => {
  expect(commands).toContain(`\`${name}`);
});

test('every note that is pointed to is there, and the other way round', () => {
  const pointed = new Set([...manual.matchAll(/\[(\d+)\]\(#notes\)/g)].map(([, number]) => number));
  const notes = [...manual.matchAll(/^(\d+)\. /gm)].map(([, number]) => number);
  expect([...pointed].sort()).toEqual(notes);
});
