/** Actions that need no page of their own, over HTTP, on a real browser: scripts, what only the cloud can, and what is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';
import type { DrivenSession } from './driven-session';
import { startDriven } from './driven-session';

let api: TestApi;
let session: DrivenSession;

beforeAll(async () => {
  api = await startApi();
  session = await startDriven(api, { idle_timeout_minutes: 15 });
});
afterAll(() => api.server.close());

test.each([
  ['1 + 1', '2'],
  ['null', 'null'],
  ['undefined', 'null'],
  ['true', 'True'],
  ['"text"', 'text'],
  ['({ a: [1, null] })', '{\n  "a": [\n    1,\n    null\n  ]\n}'],
  ['() => 5', '5'],
  ['function f() { return 6 }', '6'],
  ['const a = 3; return a * 2', '6'],
  ['const r = await Promise.resolve(4); return r', '4'],
  ['(() => { return 8 })()', '8'],
  ['let b = 1; b + 1', '2'],
  ['[1, 2].map((it) => { return it + 1 }).join()', '2,3'],
  ['await Promise.resolve(9)', '9'],
  ['Promise.resolve(false)', 'False'],
])('the script %s gives %s', async (code, markdown) => {
  expect(await session.look(code)).toBe(markdown);
});

test('a script that fails is a result without an exception', async () => {
  expect(await session.execute({ type: 'evaluate_js', code: 'nothing.here' })).toMatchObject({
    success: false,
    exception: null,
    data: null,
    message: expect.stringContaining('ReferenceError: nothing is not defined') as unknown,
  });
});

test('what has no browser effect, and what only the cloud can', async () => {
  expect(
    await session.succeed({ type: 'completion', success: false, answer: { found: 1 } }),
  ).toMatchObject({ message: '{"found":1}' });
  expect(await session.execute({ type: 'help', reason: 'stuck' })).toMatchObject({
    success: false,
    exception: null,
    message: 'stuck',
  });
  for (const type of ['captcha_solve', 'email_read', 'sms_read'])
    expect(await session.execute({ type })).toMatchObject({
      success: false,
      exception: expect.stringContaining('cloud') as unknown,
    });
});

test.each([
  [{}, 'type'],
  [{ type: 'clik', selector: 'a' }, 'type'],
  [{ type: 'click' }, 'selector'],
  [{ type: 'click', selector: {} }, 'selector'],
  [{ type: 'wait', time_ms: 30_001 }, 'time_ms'],
  [{ type: 'goto', url: 'http://x', ulr: 'y' }, 'ulr'],
  [[], ''],
  ['{"type":', ''],
])('%j is refused', async (action, field) => {
  const answer = await session.post(action);
  expect([400, 422]).toContain(answer.status);
  expect(answer.body['message']).toContain(field);
});
