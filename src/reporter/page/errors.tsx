/** The errors of an attempt, each with its line of code. */
import type { JSX } from 'preact';
import type { ErrorData } from '../run/data';
import { moment } from './format';
import { type Attempt, type Run, textAt } from './model';

export interface ErrorsProps {
  run: Run;
  attempt: Attempt;
  onSeek: (atMs: number) => void;
}

/** All of them. */
export function Errors({ run, attempt, onSeek }: ErrorsProps): JSX.Element | null {
  const { errors } = attempt.data;
  if (!errors) return null;
  return (
    <div class="errors">
      {errors.map((error, index) => (
        <div key={index} class="error">
          <div class="error-head">
            <button type="button" class="moment" onClick={() => onSeek(error.atMs)}>
              {moment(error.atMs)}
            </button>
            <b>Error</b>
            <code>{textAt(run.data, error.location ?? 0)}</code>
          </div>
          <pre class="message" tabIndex={0} aria-label="What it says">
            {error.message}
          </pre>
          <Snippet error={error} />
        </div>
      ))}
    </div>
  );
}

function Snippet({ error: { snippet } }: { error: ErrorData }): JSX.Element | null {
  if (snippet === undefined) return null;
  return (
    <pre class="snippet" tabIndex={0} aria-label="The code">
      {snippet.split('\n').map((line, index) => (
        <span key={index} class={line.startsWith('>') ? 'here' : ''}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}
