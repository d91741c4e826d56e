/** The way to Playwright's trace of an attempt. */
import type { JSX } from 'preact';
import type { Attempt } from './model';

/** The file, and the command that opens it; nothing where there is none. */
export function TraceLink({ attempt: { data } }: { attempt: Attempt }): JSX.Element | null {
  const { trace } = data;
  if (trace === undefined) return null;
  const path = pathOf(trace);
  return (
    <p class="trace">
      <a href={trace} download>
        Trace
      </a>
      <code>npx playwright show-trace {path}</code>
    </p>
  );
}

/** Where the file lies, as far as the reader can use it: a page from a disk knows its folder. */
function pathOf(trace: string): string {
  const url = new URL(trace, location.href);
  return url.protocol === 'file:' ? decodeURIComponent(url.pathname) : trace;
}
