/** The errors of an attempt, each with its line of code. */
import type { JSX } from 'preact';
import { clock } from '../../ui/format';
import { type Attempt, type Run, textAt } from './model';

interface ErrorsProps {
  run: Run;
  attempt: Attempt;
  onSeek: (atMs: number) => void;
}

export function Errors({ run, attempt, onSeek }: ErrorsProps): JSX.Element | null {
  const { errors } = attempt.data;
  if (!errors) return null;
  return (
    <div class="errors">
      {errors.map(({ atMs, location = 0, message, snippet }, index) => (
        <div key={index} class="error">
          <div class="error-head">
            <button type="button" class="moment" onClick={() => onSeek(atMs)}>
              {clock(atMs, true)}
            </button>
            <b>Error</b>
            <code>{textAt(run.data, location)}</code>
          </div>
          <pre class="message" tabIndex={0} aria-label="Message">
            {message}
          </pre>
          {snippet !== undefined && (
            <pre class="snippet" tabIndex={0} aria-label="Code">
              {snippet.split('\n').map((line, nth) => (
                <span key={nth} class={line.startsWith('>') ? 'here' : ''}>
                  {`${line}\n`}
                </span>
              ))}
            </pre>
          )}
        </div>
      ))}
    </div>
  );
}
