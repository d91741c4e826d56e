/** What answers beside the operations: no address may stand in the way of another, or of an operation. */
import { describe, expect, test } from 'vitest';
import { addresses, CLOUD_ONLY, sockets } from '../../../src/contract/addresses';
import { headers } from '../../../src/contract/headers';
import { operationList } from '../../../src/contract/operations';
import { matchPath } from '../../../src/contract/paths';

/** A request that the path is meant for. */
const requested = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => `some-${name}`);

const gets = operationList.filter(({ method }) => method === 'GET').map(({ path }) => path);

describe.each([
  ['URL', Object.values(addresses), gets],
  ['WebSocket', Object.values(sockets), []],
])('the address of each %s', (_, paths, others) => {
  test.each(paths)('%s', (path) => {
    expect(path).toMatch(/^(?:\/[a-z_.0-9]+|\/\{[a-z_]+\})+$/);
    const matching = [...paths, ...others].filter((it) => matchPath(it, requested(path)));
    expect(matching[0]).toBe(path);
    expect(matching.filter((it) => it === path)).toHaveLength(1);
  });
});

test('WebSockets are where the cloud has them, whose clients make some of these themselves', () => {
  expect(sockets).toMatchObject({
    connect: '/sessions/connect',
    cdp: '/sessions/{session_id}/cdp',
    pageCdp: '/sessions/{session_id}/cdp/{target_id}',
    recording: '/sessions/{session_id}/debug/recording',
    logs: '/sessions/{session_id}/debug/logs',
  });
});

test.each(Object.entries(CLOUD_ONLY))(
  '/%s is none of ours: only the cloud has %s',
  (area, what) => {
    expect(what).toMatch(/^[\w ]+$/);
    expect(operationList.filter(({ path }) => path.split('/')[1] === area)).toEqual([]);
  },
);

test('what people look for first is among it', () => {
  expect(Object.keys(CLOUD_ONLY)).toEqual(expect.arrayContaining(['agents', 'vaults', 'search']));
});

test('headers are spelled as HTTP compares them', () => {
  expect(Object.values(headers)).toEqual([
    'x-notte-request-origin',
    'x-notte-sdk-version',
    'idempotency-key',
  ]);
});
