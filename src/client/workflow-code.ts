/** Gets code that repeats the actions of a session. */
import * as z from 'zod';

import { checkOptions } from '../contract/checks';
import type { WorkflowCode } from '../contract/workflow-code';
import type { HttpClient } from './http';

/** Options of `workflowCode()`. */
export interface WorkflowCodeOptions {
  /** Whether the Python script defines a function `run` instead of plain statements. @default false */
  asWorkflow?: boolean | undefined;
}

const optionsSchema = z.strictObject({ asWorkflow: z.boolean().optional() });

/** Returns the code of a session's successful actions. */
export async function fetchWorkflowCode(
  sessionId: string,
  http: HttpClient,
  options: WorkflowCodeOptions = {},
): Promise<WorkflowCode> {
  checkOptions('Cannot get workflow code with these options', optionsSchema, options);
  const { asWorkflow = false } = options;
  return http.call('getWorkflowCode', {
    purpose: `get the workflow code of session ${sessionId}`,
    params: { sessionId },
    query: { asWorkflow },
  });
}
