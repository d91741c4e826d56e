/** Parts of the viewer's pages: the logo and the status of a session. */
import type { JSX } from 'preact';
import type { SessionStatus } from '../contract/session';

const STATUSES: Record<SessionStatus, { text: string; look: string }> = {
  active: { text: 'Live', look: 'live' },
  closed: { text: 'Ended', look: 'ended' },
  timed_out: { text: 'Timed out', look: 'warning' },
  error: { text: 'Crashed', look: 'error' },
};

/** A shape and a word, so that the meaning does not depend on the color. */
export function StatusBadge({ status }: { status: SessionStatus }): JSX.Element {
  const { text, look } = STATUSES[status];
  return (
    <span class={`badge ${look}`}>
      <span class="badge-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

/** The logo; a link to the wall if the user can see it. */
export function Brand({ href }: { href: string | undefined }): JSX.Element {
  const mark = <span class="brand-mark" aria-hidden="true" />;
  return href === undefined ? (
    <span class="brand">{mark}</span>
  ) : (
    <a class="brand" href={href} title="Sessions">
      {mark}
      <span class="hidden-text">Sessions</span>
    </a>
  );
}
