/** Only what is a whole message is taken for one. */
import { expect, test } from 'vitest';
import { readInput } from '../../../src/server/viewer/hand-input';

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
  expect(readInput(JSON.stringify(message))).toEqual(message);
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
  expect(readInput(text)).toBeUndefined();
});
