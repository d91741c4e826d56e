/** Input of the live socket: only complete messages are accepted. */
import { expect, test } from 'vitest';
import { parseJson } from '../../../src/base/json';
import { liveInputSchema } from '../../../src/contract/viewer';

const MOUSE = {
  kind: 'mouse',
  type: 'mousePressed',
  x: 1,
  y: 2,
  button: 'left',
  buttons: 1,
  clickCount: 1,
  modifiers: 0,
  deltaX: 0,
  deltaY: 0,
};

test.each([
  { kind: 'show', tab: 'id' },
  { kind: 'stop' },
  { kind: 'paste', text: '' },
  { kind: 'navigate', url: 'https://example.com' },
  MOUSE,
  { ...MOUSE, button: 'none', x: -0.5 },
])('%j', (message) => {
  expect(liveInputSchema.parse(message)).toEqual(message);
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"kind":"toString"}',
  '{"kind":"show"}',
  '{"kind":"paste","text":1}',
  JSON.stringify({ ...MOUSE, type: 'mouse' }),
  JSON.stringify({ ...MOUSE, button: '' }),
  JSON.stringify({ ...MOUSE, x: null }),
  JSON.stringify({ ...MOUSE, x: undefined }),
  JSON.stringify(MOUSE).replace('"x":1', '"x":1e999'),
])('not %s', (text) => {
  expect(liveInputSchema.safeParse(parseJson(text)).success).toBe(false);
});
