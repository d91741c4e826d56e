/** What counts of the steps of a session for code that does it again. Pure. */
import { isRecord, withoutNulls } from '../../base/json';
import type { SessionStep } from '../../contract/session';
import type { WireAction } from '../../contract/workflow-code';

/** What counts of a session: actions that succeeded, and the observations that gave elements the ids they are named by. */
export type WorkflowStep =
  | { kind: 'action'; action: WireAction }
  | { kind: 'observation'; observation: Record<string, unknown> };

/** Fields that say nothing about what is done. */
const DECORATION = new Set(['category', 'description', 'param', 'text_label']);

/** The step in its part of the code; none when it failed, or changed nothing. */
export function toWorkflowStep({ type, value }: SessionStep): WorkflowStep[] {
  if (!isRecord(value)) return [];
  if (type === 'observation') return [{ kind: 'observation', observation: value }];
  const { action, success } = value;
  if (
    type !== 'execution_result' ||
    success !== true ||
    !isRecord(action) ||
    typeof action['type'] !== 'string'
  )
    return [];
  return [{ kind: 'action', action: { type: action['type'], ...cleaned(action) } }];
}

/** Without what is not set, and without what only decorates. */
function cleaned(action: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(action).filter(
    ([name, value]) =>
      value !== null &&
      value !== undefined &&
      !DECORATION.has(name) &&
      !(name === 'id' && value === ''),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      name === 'selector' && isRecord(value) ? withoutNulls(value) : value,
    ]),
  );
}
