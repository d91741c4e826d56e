import { expect, test } from 'vitest';
import {
  addressHex,
  bracketed,
  hostOf,
  isBlank,
  isLoopback,
  portOf,
} from '../../../src/base/addresses';

test('hosts as sockets take them', () => {
  expect(hostOf(new URL('ws://[::1]:9222/x'))).toBe('::1');
  expect(hostOf(new URL('wss://user:key@browsers.test/x'))).toBe('browsers.test');
});

test.each([
  ['ws://a.test', 80],
  ['http://a.test:80', 80],
  ['https://a.test', 443],
  ['wss://a.test', 443],
  ['wss://a.test:9222', 9222],
])('the port of %s', (url, port) => {
  expect(portOf(new URL(url))).toBe(port);
});

test('hosts as URLs write them', () => {
  expect(bracketed('::1')).toBe('[::1]');
  expect(bracketed('127.0.0.1')).toBe('127.0.0.1');
});

test('this machine, and others', () => {
  for (const name of ['localhost', 'app.localhost', '127.0.0.1', '127.1.2.3', '[::1]', '::1'])
    expect(isLoopback(name), name).toBe(true);
  for (const name of [
    'localhost.test',
    'mylocalhost',
    '0.0.0.0',
    '10.127.0.1',
    '127.0.0.1.test',
    '::2',
  ])
    expect(isLoopback(name), name).toBe(false);
});

test('a page that has not been anywhere', () => {
  expect(['', 'about:blank'].map(isBlank)).toEqual([true, true]);
  expect(['about:blank#x', 'data:,', 'http://a.test/'].map(isBlank)).toEqual([false, false, false]);
});

test.each([
  ['127.0.0.1', '7f000001'],
  ['::ffff:127.0.0.1', '7f000001'],
  ['::FFFF:7f00:1', '7f000001'],
  ['::1', '00000000000000000000000000000001'],
  ['::', '00000000000000000000000000000000'],
  ['fe80::a:1%eth0', 'fe8000000000000000000000000a0001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
])('%s in hex', (address, inHex) => {
  expect(addressHex(address)).toBe(inHex);
});
