/** The message for a lost connection, with the time until the next attempt. */
import type { JSX } from 'preact';
import { useNow } from '../../ui/hooks';
import { Button } from '../../ui/parts';

interface ConnectionLostProps {
  retryAtMs: number;
  onRetry: () => void;
}

export function ConnectionLost({ retryAtMs, onRetry }: ConnectionLostProps): JSX.Element {
  const seconds = Math.max(0, Math.ceil((retryAtMs - useNow()) / 1000));
  return (
    <div class="stage-banner">
      <span class="spinner" aria-hidden="true" />
      <span>
        Connection lost. {seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'}
      </span>
      <Button label="Try now" look="quiet" onClick={onRetry} />
    </div>
  );
}
