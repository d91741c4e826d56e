/** Requests put together from events that come in any order, from more than one target. */
import { beforeEach, expect, test } from 'vitest';
import { CdpSession } from '../../../src/cdp/connection';
import type { NetworkResponse } from '../../../src/cdp/protocol';
import type { SeenRequest } from '../../../src/server/network/har-entry';
import { toHarEntry } from '../../../src/server/network/har-entry';
import { RequestTracker } from '../../../src/server/network/request-tracker';
import { heapUsed } from '../heap-used';

let seen: SeenRequest[];
let tracker: RequestTracker;
let page: CdpSession;

beforeEach(() => {
  seen = [];
  tracker = new RequestTracker((request) => seen.push(request));
  page = new CdpSession(async () => ({}), 'page');
  tracker.follow(page, 'P1');
});

function send(target: CdpSession, requestId: string, more: object = {}): void {
  target.emit('Network.requestWillBeSent', {
    requestId,
    request: { url: `http://site/${requestId}`, method: 'GET', headers: { a: 'provisional' } },
    timestamp: 10,
    wallTime: 1_000,
    type: 'Fetch',
    ...more,
  });
}

function response(status: number): NetworkResponse {
  return {
    url: '',
    status,
    statusText: '',
    headers: { b: 'filtered' },
    mimeType: 'text/plain',
    encodedDataLength: 5,
  };
}

function finish(target: CdpSession, requestId: string, hasExtraInfo = false): void {
  target.emit('Network.responseReceived', {
    requestId,
    type: 'Fetch',
    response: response(200),
    hasExtraInfo,
  });
  target.emit('Network.loadingFinished', { requestId, timestamp: 10.5, encodedDataLength: 7 });
}

test('headers of the wire count, whether they come first or last', () => {
  page.emit('Network.requestWillBeSentExtraInfo', { requestId: '1', headers: { a: 'sent' } });
  send(page, '1');
  finish(page, '1', true);
  expect(seen).toEqual([]);
  page.emit('Network.responseReceivedExtraInfo', {
    requestId: '1',
    headers: { b: 'received' },
    statusCode: 304,
  });
  expect(seen.map(toHarEntry)).toMatchObject([
    {
      request: { headers: [{ name: 'a', value: 'sent' }] },
      response: { status: 304, headers: [{ name: 'b', value: 'received' }], bodySize: 7 },
      time: 500,
    },
  ]);
});

test('those that never come are not waited for when the log is read', () => {
  send(page, '1');
  finish(page, '1', true);
  tracker.settle(60_000);
  expect(seen).toEqual([]);
  tracker.settle(0);
  expect(seen.map(toHarEntry)).toMatchObject([
    {
      request: { headers: [{ name: 'a', value: 'provisional' }] },
      response: { status: 200, headers: [{ name: 'b', value: 'filtered' }] },
    },
  ]);
});

test('an answer that only its headers tell of counts', () => {
  send(page, '1');
  page.emit('Network.responseReceivedExtraInfo', {
    requestId: '1',
    headers: { b: 'received' },
    statusCode: 200,
  });
  page.emit('Network.loadingFinished', { requestId: '1', timestamp: 10.5, encodedDataLength: 7 });
  expect(seen.map(toHarEntry)).toMatchObject([
    { response: { status: 200, headers: [{ name: 'b', value: 'received' }] } },
  ]);
});

test('of redirects, each hop gets its own headers, and is one', () => {
  const frame = new CdpSession(async () => ({}), 'frame');
  tracker.follow(frame, 'P1');
  send(page, '1');
  send(page, '1', {
    timestamp: 10.1,
    redirectResponse: response(301),
    redirectHasExtraInfo: false,
  }); // from the cache
  for (const target of [page, frame])
    send(target, '1', {
      timestamp: 10.2,
      redirectResponse: response(302),
      redirectHasExtraInfo: true,
    });
  page.emit('Network.responseReceivedExtraInfo', {
    requestId: '1',
    headers: { b: 'second' },
    statusCode: 302,
  });
  finish(page, '1', true);
  page.emit('Network.responseReceivedExtraInfo', {
    requestId: '1',
    headers: { b: 'third' },
    statusCode: 200,
  });
  expect(
    seen.map(toHarEntry).map(({ response: { status, headers } }) => [status, headers[0]?.value]),
  ).toEqual([
    [301, 'filtered'],
    [302, 'second'],
    [200, 'third'],
  ]);
});

test('a request that two targets tell of is one; one whose target goes away is ended', () => {
  const frame = new CdpSession(async () => ({}), 'frame');
  tracker.follow(frame, 'P1');
  send(page, '1');
  send(frame, '1');
  finish(frame, '1');
  finish(page, '1');
  expect(seen).toHaveLength(1);
  send(frame, '2');
  send(page, '3');
  tracker.abandon(frame);
  expect(seen.slice(1).map(({ url, error }) => [url, error])).toEqual([
    ['http://site/2', 'not finished'],
  ]);
});

test('however many stay open, no more than 2000 are held', () => {
  for (let n = 0; n < 2_100; n++) send(page, String(n));
  expect(seen).toHaveLength(100);
  expect(seen.at(-1)).toMatchObject({ url: 'http://site/99', error: 'not finished' });
});

test('what a page makes itself is no request, and no URL shows a password', () => {
  send(page, '1', { request: { url: 'data:text/plain,x', method: 'GET', headers: {} } });
  finish(page, '1');
  send(page, '2', {
    request: { url: 'https://me:secret@site/?q=a%20b', method: 'GET', headers: {} },
  });
  finish(page, '2');
  expect(
    seen.map(toHarEntry).map(({ request: { url, queryString } }) => [url, queryString]),
  ).toEqual([['https://site/?q=a%20b', [{ name: 'q', value: 'a b' }]]]);
});

test('of requests with long URLs and headers, no more than some megabytes are held', () => {
  const long = 'x'.repeat(1_000_000);
  const before = heapUsed();
  for (let n = 0; n < 300; n++)
    send(page, String(n), {
      request: {
        url: `http://site/${n}?${long}${n}`,
        method: `M${long}`,
        headers: Object.fromEntries(Array.from({ length: 9 }, (_, h) => [`h${h}`, `${long}${n}`])),
      },
    });
  expect(seen.length).toBeGreaterThan(200);
  expect(seen.length).toBeLessThan(300);
  expect(Buffer.byteLength(JSON.stringify(toHarEntry(seen[0] ?? fail())))).toBeLessThan(150_000);
  seen = [];
  expect(heapUsed() - before).toBeLessThan(10_000_000);
  tracker.abandon();
  expect(seen.at(-1)?.url).toHaveLength(16_000);
});

function fail(): never {
  throw new Error('no request was seen');
}
