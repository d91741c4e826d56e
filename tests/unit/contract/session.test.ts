import { describe, expect, it } from 'vitest';

import {
  decodeDebug,
  decodeList,
  decodeReplay,
  decodeSession,
  fullSession,
  encodeDebugInfo,
  encodeSessionList,
  encodeReplay,
  encodeSession,
} from './wire';
import { decodeListQuery, encodeListQuery } from '../../../src/contract/list';

describe('session response', () => {
  it('goes over the wire and comes back the same', () => {
    expect(decodeSession(JSON.parse(JSON.stringify(encodeSession(fullSession))))).toEqual(
      fullSession,
    );
  });

  it('is written with every field, nulls included, in the order of the API', () => {
    const wire = encodeSession({ ...fullSession, closedAt: null, viewport: null, userAgent: null });
    expect(Object.keys(wire)).toEqual(
      'session_id idle_timeout_minutes max_duration_minutes created_at closed_at last_accessed_at duration status steps error proxies browser_type use_file_storage network_request_bytes network_response_bytes user_agent viewport_width viewport_height headless solve_captchas cdp_url playwright_url playwright_version downloads_path viewer_url web_bot_auth auth_ids system_hidden idempotency_key timeout_minutes'.split(
        ' ',
      ),
    );
    expect(wire).toMatchObject({
      created_at: '2026-01-02T03:04:05.678Z',
      duration: 'PT1M2.5S',
      closed_at: null,
      viewport_width: null,
      user_agent: null,
      timeout_minutes: 3,
    });
  });

  it('is read from the five fields that every server sends', () => {
    const body = {
      session_id: 'a',
      idle_timeout_minutes: 3,
      created_at: '2026-01-01T00:00:00.123456',
      last_accessed_at: '2026-01-01T00:00:00+01:00',
      closed_at: '2026-01-01T00:00:10.123Z',
      status: 'closed',
    };
    const info = decodeSession(body);
    expect(info.createdAt.toISOString()).toBe('2026-01-01T00:00:00.123Z');
    expect(info.lastAccessedAt.toISOString()).toBe('2025-12-31T23:00:00.000Z');
    expect(info).toMatchObject({
      id: 'a',
      duration: 10_000,
      maxDuration: 900_000,
      channel: 'chromium',
      steps: [],
      cdpUrl: null,
      viewport: null,
    });
  });

  it('reads the idle timeout under its older name, and ignores what it does not know', () => {
    expect(
      decodeSession({
        session_id: 'a',
        timeout_minutes: 7,
        created_at: '2026-01-01T00:00:00Z',
        last_accessed_at: '2026-01-01T00:00:00Z',
        status: 'active',
        later_field: 1,
      }).idleTimeout,
    ).toBe(420_000);
  });

  it('refuses an unknown status', () => {
    expect(() => decodeSession({ ...encodeSession(fullSession), status: 'ACTIVE' })).toThrow(
      'Invalid option',
    );
  });
});

describe('list', () => {
  const list = { items: [fullSession], page: 2, pageSize: 1, hasNext: true, hasPrevious: true };

  it('goes over the wire and comes back the same', () => {
    expect(decodeList(JSON.parse(JSON.stringify(encodeSessionList(list))))).toEqual(list);
  });

  it('is read from a bare array too', () => {
    expect(decodeList([encodeSession(fullSession)])).toEqual({
      items: [fullSession],
      page: 1,
      pageSize: 1,
      hasNext: false,
      hasPrevious: false,
    });
  });

  it('asks for running sessions unless told otherwise', () => {
    expect(encodeListQuery({})).toBe('only_active=true&page=1&page_size=10');
    expect(
      encodeListQuery({ status: 'timed_out', page: 2, pageSize: 5, onlyCurrentToken: true }),
    ).toBe('only_active=false&page=2&page_size=5&only_current_token=true&status=timed_out');
  });

  it('reads the query of any client', () => {
    expect(decodeListQuery(new URLSearchParams('only_active=True&page_size=10&page=1'))).toEqual({
      onlyActive: true,
      onlyCurrentToken: false,
      includeSystem: false,
      page: 1,
      pageSize: 10,
    });
    expect(decodeListQuery(new URLSearchParams('status=closed'))).toMatchObject({
      status: 'closed',
      onlyActive: false,
    });
    expect(decodeListQuery(new URLSearchParams())).toMatchObject({
      onlyActive: true,
      page: 1,
      pageSize: 10,
    });
    expect(() => decodeListQuery(new URLSearchParams('page=0'))).toThrow('Too small');
  });
});

describe('debug information and replay', () => {
  it('go over the wire and come back the same', () => {
    const debug = {
      debugUrl: 'http://d',
      ws: { cdp: 'ws://c', recording: 'ws://r', logs: 'ws://l' },
      tabs: [{ tabId: 0, title: 't', url: 'u', debugUrl: 'http://x', wsUrl: 'ws://x' }],
    };
    expect(decodeDebug(encodeDebugInfo(debug))).toEqual(debug);
    const replay = {
      mp4Url: 'http://m',
      playlistContent: null,
      viewerUrl: 'http://v',
      expiresAt: new Date(1_000),
      videoStart: 0,
      videoDuration: 45_200,
    };
    expect(decodeReplay(encodeReplay(replay))).toEqual(replay);
  });

  it('has no MP4 when the API sends an empty URL', () => {
    expect(decodeReplay({ mp4_url: '', expires_at: '2026-01-01T00:00:00Z' })).toMatchObject({
      mp4Url: null,
      videoDuration: null,
    });
  });
});
