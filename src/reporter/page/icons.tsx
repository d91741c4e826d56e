/** The signs of the page: drawn, so that they look alike everywhere, and never without a word for those who do not see them. */
import type { JSX } from 'preact';
import type { AttemptStatus, Outcome } from '../run/data';

const PATHS = {
  ok: 'M3.5 8.5l3 3 6-7',
  bad: 'M4 4l8 8M12 4l-8 8',
  flaky: 'M3 6.5a5 5 0 0 1 9-1M13 9.5a5 5 0 0 1-9 1M12 2v3.5H8.5M4 14v-3.5h3.5',
  skipped: 'M4 8h8',
  play: 'M5 3.2v9.6l8-4.8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  forward: 'M6.5 3.5L11 8l-4.5 4.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  link: 'M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1',
  full: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign of 16 pixels. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" data-icon={name}>
      <path d={PATHS[name]} />
    </svg>
  );
}

const OUTCOMES: Record<Outcome, { icon: IconName; word: string }> = {
  expected: { icon: 'ok', word: 'Passed' },
  unexpected: { icon: 'bad', word: 'Failed' },
  flaky: { icon: 'flaky', word: 'Flaky' },
  skipped: { icon: 'skipped', word: 'Skipped' },
};

const STATUSES: Record<AttemptStatus, string> = {
  passed: 'passed',
  failed: 'failed',
  timedOut: 'timed out',
  skipped: 'skipped',
  interrupted: 'interrupted',
};

/** The word for an outcome. */
export function outcomeWord(outcome: Outcome): string {
  return OUTCOMES[outcome].word;
}

/** The word for how an attempt ended. */
export function statusWord(status: AttemptStatus): string {
  return STATUSES[status];
}

/** How a test ended, as a badge. */
export function Badge({ outcome }: { outcome: Outcome }): JSX.Element {
  const { icon, word } = OUTCOMES[outcome];
  return (
    <span class={`badge ${outcome}`} role="img" aria-label={word} title={word}>
      <Icon name={icon} />
    </span>
  );
}
