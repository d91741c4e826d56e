import { expect, test } from 'vitest';
import type { ViewedEvent } from '../../../src/contract/viewer';
import { inOrder } from '../../../src/server/viewer/viewed-events';

const event = (kind: ViewedEvent['kind'], atMs: number | null, title: string): ViewedEvent => ({
  ...{ kind, atMs, title, detail: '' },
  level: 'info',
});

test('a step that tells no time stays behind the step before it, whatever was requested meanwhile', () => {
  const steps = [
    event('step', null, 'first look'),
    event('step', 100, 'click'),
    event('step', null, 'screenshot'),
    event('step', null, 'look'),
    event('step', 300, 'fill'),
  ];
  const requests = [200, 150, 50, 400].map((atMs) => event('request', atMs, `request ${atMs}`));
  expect(inOrder(steps, requests).map(({ title }) => title)).toEqual([
    'first look',
    'request 50',
    'click',
    'screenshot',
    'look',
    'request 150',
    'request 200',
    'fill',
    'request 400',
  ]);
});
