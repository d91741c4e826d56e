/** The watchdog of the event loop: what it measures, and what it says of a loop that was blocked. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { doWork } from '../../../src/base/current-work';
import { exposition } from '../../../src/server/metrics/exposition';
import { LoopWatchdog } from '../../../src/server/metrics/loop-watchdog';
import { eventually } from '../../eventually';

function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

test('a loop that was blocked is reported once, with what was running, and measured', async () => {
  const lines: string[] = [];
  const watchdog = new LoopWatchdog((line) => lines.push(line));
  await setTimeout(50);
  expect(lines).toEqual([]);
  doWork('GET /slow', () => block(400));
  await eventually(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toMatch(
    /^the event loop was blocked for (3[5-9]|[4-9]\d)\d ms: GET \/slow took [4-9]\d\d ms$/,
  );
  block(400);
  await eventually(() => expect(lines).toHaveLength(2));
  expect(lines[1]).toMatch(/ ms: unknown cause$/);
  watchdog.close();
  const text = exposition(watchdog.all);
  const [, max = ''] =
    /^sessionwright_event_loop_delay_seconds\{quantile="1"\} ([\d.]+)$/m.exec(text) ?? [];
  expect(Number(max)).toBeGreaterThan(0.35);
  expect(text).toMatch(/^sessionwright_event_loop_blocked_total 2$/m);
});
