/** Icons on a grid of 16, in the color of the surrounding text. */
import type { JSX } from 'preact';

const PATHS = {
  play: 'M5 3.2v9.6L12.8 8z',
  pause: 'M5 3.5v9M11 3.5v9',
  back: 'M10.5 3.5 5.5 8l5 4.5M3.5 3.5v9',
  forward: 'm5.5 3.5 5 4.5-5 4.5M12.5 3.5v9',
  full: 'M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.9-.9',
  download: 'M8 2.5v7.3m0 0L4.8 6.6M8 9.8l3.2-3.2M3 13h10',
  down: 'm4.5 6.5 3.5 3.5 3.5-3.5',
  stop: 'M4 4h8v8H4z',
  pointer: 'M3.5 2.5 12.6 7l-3.9 1.2L7.2 12z',
  check: 'm3.5 8.4 3 3 6-6.6',
  cross: 'm4 4 8 8m0-8-8 8',
  dash: 'M4 8h8',
  plus: 'M4 8h8M8 4v8',
  flaky: 'M3 6.5a5 5 0 0 1 9-1M13 9.5a5 5 0 0 1-9 1M12 2v3.5H8.5M4 14v-3.5h3.5',
  step: 'M3 8h9m0 0L8.6 4.6M12 8l-3.4 3.4',
  console: 'm3.5 4.5 3.5 3.5-3.5 3.5M8.5 12h4',
  request: 'M5 12.5v-9M2.5 6 5 3.5 7.5 6M11 3.5v9M8.5 10l2.5 2.5 2.5-2.5',
  warning: 'M8 2.5 14 13H2zM8 6.6v3M8 11.4v.1',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.3 10.3l3.2 3.2',
  recording: 'M2.5 3.5h11v9h-11zM5.5 3.5v9M10.5 3.5v9',
  window: 'M2.5 3.5h11v9h-11zM2.5 6.2h11',
  key: 'M10 6.9a2.6 2.6 0 1 0-.9-.9L3 12v1.5h2.5V12H7v-1.6z',
  wall: 'M2.5 2.5h4.6v4.6H2.5zM8.9 2.5h4.6v4.6H8.9zM2.5 8.9h4.6v4.6H2.5zM8.9 8.9h4.6v4.6H8.9z',
  theme:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
} as const;

export type IconName = keyof typeof PATHS;

/** Hidden from screen readers: the words next to it have the same meaning. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} class={name === 'play' || name === 'stop' ? 'filled' : ''} />
    </svg>
  );
}
