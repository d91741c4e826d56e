/** Handler that gives a session's actions as code. */
import type { Handlers } from './bind';

/** While a session runs and after it. Looking does not count as using it. */
export function workflowHandlers(): Handlers<'getWorkflowCode'> {
  return {
    getWorkflowCode: async ({ session, query }) => {
      const { workflowCode } = await import('../workflow/workflow-code');
      return workflowCode(await session.steps(), query);
    },
  };
}
