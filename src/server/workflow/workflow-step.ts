/** Selects the steps of a session that its code repeats. Pure. */
import { isRecord, withoutNulls } from '../../base/json';
import type { SessionStep } from '../../contract/session';
import type { WireAction } from '../../contract/workflow-code';

/** A repeated step: a successful action, or an observation that assigned element ids. */
export type WorkflowStep =
  | { kind: 'action'; action: WireAction }
  | { kind: 'observation'; observation: Record<string, unknown> };

/** Fields that do not affect the action. */
const DECORATION = new Set(['category', 'description', 'param', 'text_label']);

/** Returns the step for the code; undefined if it failed or changed nothing. */
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

/** Omits unset fields and fields without effect. */
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
