/** The way to Playwright's trace of an attempt. */
import type { JSX } from 'preact';
import type { Attempt } from './model';

/** The file, and the command that opens it; nothing where there is none. */
export function TraceLink({ attempt: { data } }: { attempt: Attempt }): JSX.Element | null {
  const { trace } = data;
  if (trace === undefined) return null;
  return (
    <p class="trace">
      <a href={trace} download>
        Trace
      </a>
      <code>npx playwright show-trace {toWord(placeOf(trace))}</code>
    </p>
  );
}

/** Where the command finds the file: a page from a disk knows its folder, and one from a server its address. */
function placeOf(trace: string): string {
  const url = new URL(trace, location.href);
  if (url.protocol !== 'file:') return url.href;
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:\/)/, ''); // of Windows, where a path begins with its disk
}

/** As one word for a shell. */
function toWord(place: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(place)) return place;
  return /^[A-Za-z]:\//.test(place) ? `"${place}"` : `'${place.replaceAll("'", String.raw`'\''`)}'`;
}
