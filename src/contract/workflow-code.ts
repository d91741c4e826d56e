/** Code that repeats the actions of a session: the call and its answer. */
import * as z from 'zod';

import { readQuery } from './checks';
import { looseBoolean } from './values';
import { wireObject } from './wire';

/** An action on the wire. */
export interface WireAction {
  type: string;
  [field: string]: unknown;
}

/** The successful actions of a session, in order, in two forms. They contain typed texts, including passwords. */
export interface WorkflowCode {
  /** A script for the cloud's Python SDK. */
  pythonScript: string;
  /** The actions in the format of `execute`. */
  jsonActions: WireAction[];
}

/** Query of the call. */
export const workflowQuerySchema = z.object({
  as_workflow: looseBoolean,
  infer_response_format: looseBoolean.default(false),
});

/**
 * Parses the query of a call.
 * @throws {@link InvalidRequestError} (422) for an invalid or missing value
 */
export function decodeWorkflowQuery(query: URLSearchParams): { asWorkflow: boolean } {
  return { asWorkflow: readQuery(workflowQuerySchema, query).as_workflow };
}

/** Returns the query string. */
export function encodeWorkflowQuery({ asWorkflow }: { asWorkflow: boolean }): string {
  return new URLSearchParams({ as_workflow: String(asWorkflow) }).toString();
}

/** Answer of the call. */
export const workflowCodeSchema = wireObject<WorkflowCode>()({
  python_script: z.string(),
  json_actions: z.array(z.looseObject({ type: z.string() })),
});
