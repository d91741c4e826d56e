/** The outcome of a test, as an icon. */
import type { JSX } from 'preact';
import { OutcomeIcon } from '../../ui/parts';
import type { Outcome } from '../run/data';
import { OUTCOME_WORDS } from './model';

const ICONS = {
  expected: 'passed',
  unexpected: 'failed',
  flaky: 'flaky',
  skipped: 'skipped',
} as const;

export function TestOutcome({ outcome }: { outcome: Outcome }): JSX.Element {
  return <OutcomeIcon outcome={ICONS[outcome]} label={OUTCOME_WORDS[outcome]} />;
}
