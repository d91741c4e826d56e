/** Adds selectors from observations to actions that name their element by id. Pure. */
import { isRecord, withoutNulls } from '../../base/json';
import type { WorkflowStep } from './workflow-step';

/** An id is only valid after its observation; the selector from that observation finds the element without it. */
export function withSelectors(steps: readonly WorkflowStep[]): WorkflowStep[] {
  let selectors = new Map<unknown, Record<string, unknown>>();
  return steps.map((step) => {
    if (step.kind === 'observation') {
      selectors = selectorsOf(step.observation);
      return step;
    }
    const { id, selector } = step.action;
    const known = typeof id === 'string' ? selectors.get(id.replace(/\[:\]$/, '')) : undefined;
    return selector === undefined && known
      ? { ...step, action: { ...step.action, selector: known } }
      : step;
  });
}

/** Selectors by id. */
function selectorsOf({ space }: Record<string, unknown>): Map<unknown, Record<string, unknown>> {
  const actions = isRecord(space) ? space['interaction_actions'] : undefined;
  return new Map(
    (Array.isArray(actions) ? actions : [])
      .filter(isRecord)
      .flatMap(({ id, selector }) => (isRecord(selector) ? [[id, withoutNulls(selector)]] : [])),
  );
}
