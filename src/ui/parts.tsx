/** Small components of every page: buttons, filters, outcomes, notices. */
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { Icon, type IconName } from './icon';

interface ButtonProps {
  icon?: IconName;
  /** The visible text. With `iconOnly`, the tooltip and the accessible name. */
  label: string;
  iconOnly?: boolean;
  look?: 'plain' | 'primary' | 'danger' | 'danger-strong' | 'quiet';
  pressed?: boolean;
  isDisabled?: boolean;
  element?: RefObject<HTMLButtonElement | null>;
  onClick: () => void;
}

export function Button(props: ButtonProps): JSX.Element {
  const { icon, label, iconOnly = false, look = 'plain', pressed, isDisabled } = props;
  return (
    <button
      ref={props.element ?? null}
      type="button"
      class={`button ${look}${iconOnly ? ' icon-only' : ''}`}
      title={iconOnly ? label : undefined}
      aria-label={iconOnly ? label : undefined}
      aria-pressed={pressed}
      disabled={isDisabled}
      onClick={props.onClick}
    >
      {icon && <Icon name={icon} />}
      {!iconOnly && <span>{label}</span>}
    </button>
  );
}

/** A test's titles. If they are too long, the front is cut: the last one is the test's own. */
export function TestTitle(props: { text: string; class: string }): JSX.Element {
  return (
    <span class={props.class} dir="rtl" title={props.text}>
      <bdi>{props.text}</bdi>
    </span>
  );
}

interface FiltersProps<Name extends string> {
  /** Accessible name of the group. */
  label: string;
  /** The choices and their labels. */
  choices: readonly (readonly [Name, string])[];
  chosen: Name;
  /** A count or a word after each label. */
  note: (name: Name) => number | string;
  onChoose: (name: Name) => void;
}

/** A row of choices, one of which is active. */
export function Filters<Name extends string>(props: FiltersProps<Name>): JSX.Element {
  const { label, choices, chosen, note, onChoose } = props;
  return (
    <div class="filters" role="group" aria-label={label}>
      {choices.map(([name, words]) => (
        <button
          key={name}
          type="button"
          class="filter"
          aria-pressed={chosen === name}
          onClick={() => onChoose(name)}
        >
          {words} <span class="filter-note">{note(name)}</span>
        </button>
      ))}
    </div>
  );
}

interface SearchProps {
  label: string;
  placeholder: string;
  value: string;
  element?: RefObject<HTMLInputElement | null>;
  onInput: (value: string) => void;
}

export function Search({ label, element, onInput, ...input }: SearchProps): JSX.Element {
  return (
    <label class="search">
      <Icon name="search" />
      <span class="hidden-text">{label}</span>
      <input
        {...input}
        ref={element ?? null}
        type="search"
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

/** How a test ended, or that it is still running. */
export type Outcome = 'running' | 'passed' | 'failed' | 'flaky' | 'skipped';

const OUTCOME_ICONS: Record<Outcome, IconName> = {
  running: 'play',
  passed: 'check',
  failed: 'cross',
  flaky: 'flaky',
  skipped: 'dash',
};

/** @param label - the outcome in words, for screen readers */
export function OutcomeIcon(props: { outcome: Outcome; label?: string }): JSX.Element {
  const { outcome, label = outcome === 'skipped' ? 'not finished' : outcome } = props;
  return (
    <span class={`outcome ${outcome}`} title={label}>
      <Icon name={OUTCOME_ICONS[outcome]} />
      <span class="hidden-text">{label}</span>
    </span>
  );
}

/** Fills an area that has no other content. */
export function Notice(props: {
  icon: IconName;
  title: string;
  /** True if it is the only content of the page. */
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

/** Invisible text that screen readers announce when it changes. */
export function Announcement({ text }: { text: string }): JSX.Element {
  return (
    <div class="hidden-text" role="status" aria-live="polite">
      {text}
    </div>
  );
}
