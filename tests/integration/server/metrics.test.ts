/** What Prometheus reads: well-formed to the letter, and true. */
import { chromium } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import type { SessionServerOptions } from '../../../src/server/index';
import { startApi, type TestApi } from './api';
import { parseMetrics } from './prometheus-text';

let api: TestApi;
afterEach(async () => api.server.close());

async function open(options: SessionServerOptions = {}): Promise<void> {
  api = await startApi(options);
}

async function metrics(): Promise<Map<string, number>> {
  const { status, headers, body } = await api.call('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseMetrics(String(body['text']));
}

const start = async (body: object = {}) => api.call('POST', '/sessions/start', { body });

test('sessions are counted by state, with their starts, ends, refusals and bytes', async () => {
  await open({ maxSessions: 1, maxWaiting: 1 });
  const before = await metrics();
  expect(before.get('sessionwright_sessions{state="active"}')).toBe(0);
  expect(before.get('sessionwright_sessions_ended_total{status="closed"}')).toBe(0);
  const { body } = await start();
  const waiting = start();
  await eventually(() => expect(api.server.counts.waiting).toBe(1));
  expect((await start()).status).toBe(429);
  expect((await start({ proxies: true })).status).toBe(422);
  const browser = await chromium.connectOverCDP(String(body['cdp_url']));
  await browser.close();
  const during = await metrics();
  expect([...during].filter(([name]) => name.startsWith('sessionwright_sessions{'))).toEqual([
    ['sessionwright_sessions{state="active"}', 1],
    ['sessionwright_sessions{state="starting"}', 0],
    ['sessionwright_sessions{state="waiting"}', 1],
  ]);
  expect(during.get('sessionwright_sessions_limit')).toBe(1);
  const refused = (reason: string): number | undefined =>
    during.get(`sessionwright_session_starts_refused_total{reason="${reason}"}`);
  expect([refused('no_place'), refused('invalid'), refused('failed')]).toEqual([1, 1, 0]);
  expect(during.get('sessionwright_cdp_bytes_total{from="client"}')).toBeGreaterThan(100);
  expect(during.get('sessionwright_cdp_bytes_total{from="browser"}')).toBeGreaterThan(1000);
  await api.call('DELETE', `/sessions/${String(body['session_id'])}/stop`);
  await waiting;
  const after = await metrics();
  expect(after.get('sessionwright_sessions_ended_total{status="closed"}')).toBe(1);
  expect(after.get('sessionwright_session_start_seconds_count')).toBe(2);
  expect(after.get('sessionwright_session_start_seconds_sum')).toBeGreaterThan(0.01);
  expect(after.get('sessionwright_session_wait_seconds_bucket{le="0.05"}')).toBe(1);
  expect(after.get('sessionwright_session_wait_seconds_count')).toBe(2);
  expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(after.get('sessionwright_event_loop_delay_seconds{quantile="1"}')).toBeGreaterThan(0);
  expect(after.get('sessionwright_event_loop_blocked_total')).toBeGreaterThanOrEqual(0);
});

test('a caller that leaves, and a server that drains, are told apart', async () => {
  await open({ maxSessions: 1 });
  await start();
  const leaving = new AbortController();
  const asked = fetch(`${api.server.url}/sessions/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.server.apiKey}` },
    signal: leaving.signal,
  }).catch(() => undefined);
  await eventually(() => expect(api.server.counts.waiting).toBe(1));
  leaving.abort();
  await asked;
  await eventually(() => expect(api.server.counts.waiting).toBe(0));
  void api.server.drain();
  expect((await start()).status).toBe(503);
  await eventually(async () => {
    const now = await metrics();
    for (const reason of ['caller_left', 'draining'])
      expect(now.get(`sessionwright_session_starts_refused_total{reason="${reason}"}`)).toBe(1);
  });
});

test('they need the key, unless they are public', async () => {
  await open();
  const open_ = { headers: { authorization: '' } };
  expect(await api.call('GET', '/metrics', open_)).toMatchObject({ status: 401 });
  await api.server.close();
  await open({ publicMetrics: true });
  expect(await api.call('GET', '/metrics', open_)).toMatchObject({ status: 200 });
});
