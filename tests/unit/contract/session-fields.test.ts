/** A session in an answer, field by field: what is taken for one that is missing, and what is refused. */
import { describe, expect, it } from 'vitest';
import { decodeSession, fullSession, encodeSession } from './wire';

const full = JSON.parse(JSON.stringify(encodeSession(fullSession))) as Record<string, unknown>;

/** A field of the wire, our name for it, its value when it is missing or null, and a value that is refused. */
const OPTIONAL: [field: string, name: string, missing: unknown, wrong: unknown][] = [
  ['max_duration_minutes', 'maxDuration', 900_000, 1.5],
  ['closed_at', 'closedAt', null, 'soon'],
  ['steps', 'steps', [], [{}]],
  ['error', 'error', null, 5],
  ['proxies', 'proxies', false, 'no'],
  ['browser_type', 'channel', 'chromium', 5],
  ['use_file_storage', 'useFileStorage', false, 'no'],
  ['network_request_bytes', 'networkRequestBytes', 0, 1.5],
  ['network_response_bytes', 'networkResponseBytes', 0, 'x'],
  ['user_agent', 'userAgent', null, 5],
  ['viewport_width', 'viewport', null, 1.5],
  ['viewport_height', 'viewport', null, 'x'],
  ['headless', 'headless', true, 'no'],
  ['solve_captchas', 'solveCaptchas', null, 'no'],
  ['cdp_url', 'cdpUrl', null, 5],
  ['playwright_url', 'playwrightUrl', null, 5],
  ['playwright_version', 'playwrightVersion', null, 1.65],
  ['downloads_path', 'downloadsPath', null, 5],
  ['viewer_url', 'viewerUrl', null, 5],
  ['web_bot_auth', 'webBotAuth', false, 'no'],
  ['auth_ids', 'authIds', [], [5]],
  ['system_hidden', 'systemHidden', false, 'no'],
  ['idempotency_key', 'idempotencyKey', null, 5],
];

describe('a field that other servers leave out', () => {
  it.each(OPTIONAL)('%s', (field, name, missing, wrong) => {
    const { [field]: _, ...without } = full;
    expect(decodeSession(without)).toHaveProperty(name, missing);
    expect(decodeSession({ ...full, [field]: null })).toHaveProperty(name, missing);
    expect(() => decodeSession({ ...full, [field]: wrong })).toThrow();
  });

  it('duration, which is counted then: to the end, or until now', () => {
    const { duration, ...without } = full;
    expect(decodeSession(without).duration).toBe(62_500);
    const running = { ...without, closed_at: null };
    const ranMs = Date.now() - Date.parse('2026-01-02T03:04:05.678Z');
    expect(decodeSession(running).duration).toBeGreaterThanOrEqual(Math.max(0, ranMs));
    const future = { ...running, created_at: new Date(Date.now() + 60_000).toISOString() };
    expect(decodeSession(future).duration).toBe(0);
    expect(() => decodeSession({ ...full, duration: 'soon' })).toThrow();
  });
});

describe('a field that every server sends', () => {
  it.each([
    ['session_id', ''],
    ['session_id', 5],
    ['created_at', 'soon'],
    ['last_accessed_at', 'soon'],
    ['status', 'ACTIVE'],
    ['idle_timeout_minutes', 1.5],
  ])('%s is not %j', (field, wrong) => {
    expect(() => decodeSession({ ...full, [field]: wrong })).toThrow();
    const { [field]: _, timeout_minutes: older, ...without } = full;
    expect(() => decodeSession(without)).toThrow();
  });

  it.each(['active', 'closed', 'error', 'timed_out'])('status is %s', (status) => {
    expect(decodeSession({ ...full, status }).status).toBe(status);
  });

  it('idle_timeout_minutes counts where both names are there', () => {
    expect(decodeSession({ ...full, timeout_minutes: 9 }).idleTimeout).toBe(180_000);
  });

  it('is looked for in objects only', () => {
    for (const body of [null, undefined, 'x', 5, []])
      expect(() => decodeSession(body)).toThrow('expected object');
  });
});

it('a step keeps what it holds', () => {
  const steps = [{ type: 'execution', value: { a: 1 } }];
  expect(decodeSession({ ...full, steps }).steps).toEqual(steps);
});
