/** The Playwright trace of an attempt. */
import type { JSX } from 'preact';
import type { Attempt } from './model';

/** A link to the file, and the command that opens it. */
export function TraceLink({ attempt: { data } }: { attempt: Attempt }): JSX.Element | null {
  const { trace } = data;
  if (trace === undefined) return null;
  return (
    <p class="trace">
      <a href={trace} download>
        Trace
      </a>
      <code>npx playwright show-trace {quoted(pathOf(trace))}</code>
    </p>
  );
}

/** The path of the file, or its URL if the page comes from a server. */
function pathOf(trace: string): string {
  const url = new URL(trace, location.href);
  if (url.protocol !== 'file:') return url.href;
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:\/)/, ''); // Windows paths begin with the drive
}

/** Quoted for a shell. */
function quoted(path: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(path)) return path;
  return /^[A-Za-z]:\//.test(path) ? `"${path}"` : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
