/** Parts that every page is put together from: buttons, badges, notices. */
import type { ComponentChildren, JSX, RefObject } from 'preact';
import type { SessionStatus } from '../../contract/session';
import type { TestOutcome } from '../../contract/viewer';
import { Icon, type IconName } from './icon';

interface ButtonProps {
  icon?: IconName;
  /** What it does: shown, or told by its tooltip and to screen readers where only the icon is. */
  label: string;
  iconOnly?: boolean;
  look?: 'plain' | 'primary' | 'danger' | 'danger-strong' | 'quiet';
  pressed?: boolean;
  element?: RefObject<HTMLButtonElement | null>;
  onClick: () => void;
}

/** A button. */
export function Button(props: ButtonProps): JSX.Element {
  const { icon, label, iconOnly = false, look = 'plain', pressed } = props;
  return (
    <button
      ref={props.element ?? null}
      type="button"
      class={`button ${look}${iconOnly ? ' icon-only' : ''}`}
      title={iconOnly ? label : undefined}
      aria-label={iconOnly ? label : undefined}
      aria-pressed={pressed}
      onClick={props.onClick}
    >
      {icon && <Icon name={icon} />}
      {!iconOnly && <span>{label}</span>}
    </button>
  );
}

const STATUSES: Record<SessionStatus, { text: string; look: string }> = {
  active: { text: 'Live', look: 'live' },
  closed: { text: 'Ended', look: 'ended' },
  timed_out: { text: 'Timed out', look: 'warning' },
  error: { text: 'Crashed', look: 'error' },
};

/** How a session is: a shape and a word, so that nobody has to tell colours apart. */
export function StatusBadge({ status }: { status: SessionStatus }): JSX.Element {
  const { text, look } = STATUSES[status];
  return (
    <span class={`badge ${look}`}>
      <span class="badge-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

const OUTCOMES: Record<TestOutcome, { text: string; icon: IconName }> = {
  running: { text: 'running', icon: 'play' },
  passed: { text: 'passed', icon: 'check' },
  failed: { text: 'failed', icon: 'cross' },
  skipped: { text: 'not finished', icon: 'dash' },
};

/** How a test went. */
export function OutcomeIcon({ outcome }: { outcome: TestOutcome }): JSX.Element {
  return (
    <span class={`outcome ${outcome}`}>
      <Icon name={OUTCOMES[outcome].icon} />
      <span class="hidden-text">{outcomeText(outcome)}</span>
    </span>
  );
}

/** The same in a word. */
export function outcomeText(outcome: TestOutcome): string {
  return OUTCOMES[outcome].text;
}

/** What a place says that has nothing else to show. */
export function Notice(props: {
  icon: IconName;
  title: string;
  /** True where it is the whole page. */
  isPage?: boolean;
  children?: ComponentChildren;
}): JSX.Element {
  const Heading = props.isPage === true ? 'h1' : 'h2';
  return (
    <div class="notice">
      <span class="notice-icon">
        <Icon name={props.icon} />
      </span>
      <Heading>{props.title}</Heading>
      {props.children}
    </div>
  );
}

/** Told by screen readers when it changes, and not seen. */
export function Announcement({ text }: { text: string }): JSX.Element {
  return (
    <div class="hidden-text" role="status" aria-live="polite">
      {text}
    </div>
  );
}

/** The sign of the house, and the way to the wall for those who may see it. */
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
