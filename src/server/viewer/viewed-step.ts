/** A step of a session, or of a test in it, as the viewer lists it: what was done, to what, and how it went, without pictures and page contents. Pure. */
import { keptText } from '../../base/foreign-text';
import { isRecord } from '../../base/json';
import type { SessionStep } from '../../contract/session';
import type { TestStep } from '../../contract/test-notes';
import type { ViewedEvent } from '../../contract/viewer';

/** Longest text of a step, in bytes: 300 characters of any language, which is what a list shows. */
const MAX_TEXT_BYTES = 900;

/** @param atMs when it was done, for steps that do not tell: null where nobody knows */
export function viewedStep({ type, value }: SessionStep, atMs: number | null): ViewedEvent {
  const told = isRecord(value) ? value : {};
  const base = { kind: 'step' as const, atMs: timeOf(told) ?? atMs, level: 'info' as const };
  if (type === 'execution_result') return { ...base, ...executed(told) };
  if (type === 'observation') return { ...base, title: 'Observe', detail: observed(told) };
  return { ...base, title: words(type), detail: '' };
}

/** A step of a test, which says itself what it is. */
export function viewedTestStep(told: TestStep): ViewedEvent {
  const { step: title, id, at: atMs, duration: durationMs, place, hasFailed } = told;
  return {
    kind: 'step',
    atMs,
    level: hasFailed ? 'error' : 'info',
    title,
    detail: '',
    id,
    ...(place !== '' && { location: place }),
    ...(durationMs === null && { isRunning: true }),
  };
}

function executed(result: Record<string, unknown>): Omit<ViewedEvent, 'kind' | 'atMs'> {
  const action = isRecord(result['action']) ? result['action'] : {};
  const hasFailed = result['success'] === false;
  const target = action['selector'] ?? action['id'] ?? action['url'] ?? action['key'];
  const aim = typeof target === 'string' ? target : selectorOf(target);
  const message = hasFailed ? text(result['message']) : '';
  return {
    level: hasFailed ? 'error' : 'info',
    title: words(text(action['type']) || 'action'),
    detail: keptText([aim, message].filter((part) => part !== '').join(': '), MAX_TEXT_BYTES),
  };
}

/** One of its forms: they all mean the same element. */
function selectorOf(selectors: unknown): string {
  if (!isRecord(selectors)) return '';
  const found = Object.values(selectors).find((it) => typeof it === 'string' && it !== '');
  return text(found);
}

function observed(value: Record<string, unknown>): string {
  const { metadata } = value;
  return isRecord(metadata) ? keptText(text(metadata['url']), MAX_TEXT_BYTES) : '';
}

/** Actions are placed at their beginning: that is where the film shows them. */
function timeOf(value: Record<string, unknown>): number | undefined {
  const ms = Date.parse(text(value['started_at']));
  return Number.isNaN(ms) ? undefined : ms;
}

function words(type: string): string {
  if (type === 'goto') return 'Go to';
  const spaced = type.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
