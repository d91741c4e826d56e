/** What was done in a session, as code that does it again: the call and its answer. */
import * as z from 'zod';

import { readQuery } from './checks';
import { looseBoolean } from './values';
import { wireObject } from './wire';

/** An action as it goes over the wire: its type and what that needs. */
export interface WireAction {
  type: string;
  [field: string]: unknown;
}

/** The actions of a session that succeeded, in order, in two forms. Whatever was typed is in them, passwords too. */
export interface WorkflowCode {
  /** A script for the cloud's Python SDK. */
  pythonScript: string;
  /** The actions themselves, each as `execute` takes it. */
  jsonActions: WireAction[];
}

/** The query of the call. */
export const workflowQuerySchema = z.object({
  as_workflow: looseBoolean,
  infer_response_format: looseBoolean.default(false),
});

/**
 * What a call asks for.
 * @throws {@link InvalidRequestError} (422) for a wrong or missing value
 */
export function decodeWorkflowQuery(query: URLSearchParams): { asWorkflow: boolean } {
  return { asWorkflow: readQuery(workflowQuerySchema, query).as_workflow };
}

/** The query string. */
export function encodeWorkflowQuery({ asWorkflow }: { asWorkflow: boolean }): string {
  return new URLSearchParams({ as_workflow: String(asWorkflow) }).toString();
}

/** The answer. */
export const workflowCodeSchema = wireObject<WorkflowCode>()({
  python_script: z.string(),
  json_actions: z.array(z.looseObject({ type: z.string() })),
});
