/** What was done in a session, as code that does it again. */
import type { WorkflowCode } from '../contract/workflow-code';
import type { HttpClient } from './http';

/** Options of `workflowCode()`. */
export interface WorkflowCodeOptions {
  /** Whether the Python script is a function `run` that can be called, rather than statements. @default false */
  asWorkflow?: boolean | undefined;
}

/** The code of a session's actions that succeeded. */
export async function fetchWorkflowCode(
  sessionId: string,
  http: HttpClient,
  { asWorkflow = false }: WorkflowCodeOptions = {},
): Promise<WorkflowCode> {
  return http.call('getWorkflowCode', {
    purpose: `get the workflow code of session ${sessionId}`,
    params: { sessionId },
    query: { asWorkflow },
  });
}
