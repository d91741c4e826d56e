/** Steps as the viewer lists them. */
import { expect, test } from 'vitest';
import { viewedStep, viewedTestStep } from '../../../src/server/viewer/viewed-events';

const START = '2026-01-02T03:04:05.000Z';

test('an action: what, where, and when it began', () => {
  const value = {
    action: { type: 'click', selector: '#buy' },
    success: true,
    message: 'done',
    started_at: START,
  };
  expect(viewedStep({ type: 'execution_result', value }, 5)).toEqual({
    kind: 'step',
    atMs: Date.parse(START),
    level: 'info',
    title: 'Click',
    detail: '#buy',
  });
});

test('one that failed says why; of several forms of a selector the first is shown', () => {
  const value = {
    action: {
      type: 'select_dropdown_option',
      selector: { css_selector: '', xpath_selector: '//a' },
    },
    success: false,
    message: 'It is not there.',
  };
  expect(viewedStep({ type: 'execution_result', value }, null)).toMatchObject({
    atMs: null,
    level: 'error',
    title: 'Select dropdown option',
    detail: '//a: It is not there.',
  });
});

test('an observation tells its page, and no picture', () => {
  const value = { metadata: { url: 'https://shop.test/' }, screenshot: { raw: 'x'.repeat(1000) } };
  expect(viewedStep({ type: 'observation', value }, 5)).toEqual({
    kind: 'step',
    atMs: 5,
    level: 'info',
    title: 'Observe',
    detail: 'https://shop.test/',
  });
});

test('whatever else there is has its name', () => {
  expect(viewedStep({ type: 'screenshot', value: null }, null)).toMatchObject({
    title: 'Screenshot',
    detail: '',
  });
  expect(viewedStep({ type: 'execution_result', value: 'odd' }, null).title).toBe('Action');
});

test('a step of a test tells where the test says so, and whether it goes on', () => {
  const told = { step: 'Click #buy', id: 'a', at: 5, place: 'shop.spec.ts:12', hasFailed: false };
  expect(viewedTestStep({ ...told, duration: null })).toEqual({
    kind: 'step',
    atMs: 5,
    level: 'info',
    title: 'Click #buy',
    detail: '',
    id: 'a',
    location: 'shop.spec.ts:12',
    isRunning: true,
  });
  const done = viewedTestStep({ ...told, place: '', duration: 7, hasFailed: true });
  expect(done).toMatchObject({ level: 'error', title: 'Click #buy' });
  expect(done.isRunning ?? done.location).toBeUndefined();
});
