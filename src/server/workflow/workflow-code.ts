/** Generates code that repeats the steps of a session. Pure. */
import type { SessionStep } from '../../contract/session';
import type { WorkflowCode } from '../../contract/workflow-code';
import { pythonScript } from './python-script';
import { withSelectors } from './step-selectors';
import { toWorkflowStep } from './workflow-step';

/** Returns the code of a trajectory, in both forms. */
export function workflowCode(
  steps: readonly SessionStep[],
  { asWorkflow }: { asWorkflow: boolean },
): WorkflowCode {
  const workflow = withSelectors(steps.flatMap(toWorkflowStep));
  return {
    pythonScript: pythonScript(workflow, { asWorkflow }),
    jsonActions: workflow.flatMap((step) => (step.kind === 'action' ? [step.action] : [])),
  };
}
