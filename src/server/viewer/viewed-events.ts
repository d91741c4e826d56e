/** The events of a session, or of a test in it, as the viewer lists them: without pictures and page contents. Pure. */
import { keptText } from '../../base/foreign-text';
import { isRecord } from '../../base/json';
import type { SessionStep } from '../../contract/session';
import type { TestStep } from '../../contract/test-notes';
import type { ViewedEvent } from '../../contract/viewer';

/** Longest text of a step, in bytes: 300 characters of any language, which is what a list shows. */
const MAX_TEXT_BYTES = 900;

/** A step of a session. @param atMs - its time, if the step has none; null if unknown */
export function viewedStep({ type, value }: SessionStep, atMs: number | null): ViewedEvent {
  const step = isRecord(value) ? value : {};
  const startedMs = Date.parse(text(step['started_at'])); // the replay shows an action at its start
  const event: ViewedEvent = {
    ...{ kind: 'step', level: 'info', detail: '' },
    atMs: Number.isNaN(startedMs) ? atMs : startedMs,
    title: words(type),
  };
  if (type === 'execution_result') return { ...event, ...executed(step) };
  if (type !== 'observation') return event;
  const url = isRecord(step['metadata']) ? text(step['metadata']['url']) : '';
  return { ...event, title: 'Observe', detail: keptText(url, MAX_TEXT_BYTES) };
}

/** A step of a test. */
export function viewedTestStep(step: TestStep): ViewedEvent {
  return {
    kind: 'step',
    atMs: step.at,
    level: step.hasFailed ? 'error' : 'info',
    title: step.step,
    detail: '',
    id: step.id,
    ...(step.place !== '' && { location: step.place }),
    ...(step.duration === null && { isRunning: true }),
  };
}

/** Other events between steps, by time. A step without a time stays behind the step before it. */
export function inOrder(
  steps: readonly ViewedEvent[],
  others: readonly ViewedEvent[],
): ViewedEvent[] {
  let lastMs = -Infinity;
  const timed = [
    ...steps.map((event) => ({ event, atMs: (lastMs = event.atMs ?? lastMs) })),
    ...others.map((event) => ({ event, atMs: event.atMs ?? Infinity })),
  ];
  return timed
    .sort((one, other) => (one.atMs === other.atMs ? 0 : one.atMs - other.atMs))
    .map(({ event }) => event);
}

function executed(
  result: Record<string, unknown>,
): Pick<ViewedEvent, 'level' | 'title' | 'detail'> {
  const action = isRecord(result['action']) ? result['action'] : {};
  const hasFailed = result['success'] === false;
  const target = action['selector'] ?? action['id'] ?? action['url'] ?? action['key'];
  const message = hasFailed ? text(result['message']) : '';
  const parts = [isRecord(target) ? selectorOf(target) : text(target), message];
  return {
    level: hasFailed ? 'error' : 'info',
    title: words(text(action['type']) || 'action'),
    detail: keptText(parts.filter((part) => part !== '').join(': '), MAX_TEXT_BYTES),
  };
}

/** One of the forms of a selector: they all name the same element. */
function selectorOf(selectors: Record<string, unknown>): string {
  return text(Object.values(selectors).find((it) => text(it) !== ''));
}

function words(type: string): string {
  if (type === 'goto') return 'Go to';
  const spaced = type.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
