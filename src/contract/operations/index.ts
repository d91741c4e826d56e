/**
 * Every call of the session API in one table, by its id: its path, what is sent, what comes back. The server binds its handlers to it, the
 * client calls by it, and the API's description is made from it. Another call is another entry in the file of its area.
 */
import { browserOperations } from './browsers';
import { fileOperations } from './files';
import type { Operation } from './operation';
import { profileOperations } from './profiles';
import { serviceOperations } from './service';
import { sessionOperations } from './sessions';

export type {
  AnswerOf,
  BodyOf,
  GivenBody,
  GivenQuery,
  Operation,
  ParamsOf,
  QueryOf,
  ResultOf,
} from './operation';

/** The table. Where two paths match the same request, the first one is meant. */
export const operations = {
  ...sessionOperations,
  ...browserOperations,
  ...profileOperations,
  ...fileOperations,
  ...serviceOperations,
} as const;

/** Unique; what a generated client calls the operation. */
export type OperationId = keyof typeof operations;

/** The operation of an id. */
export type OperationOf<Id extends OperationId> = (typeof operations)[Id];

/** The table as a list, in its order. */
export const operationList: readonly (Operation & { id: OperationId })[] = Object.entries(
  operations,
).map(([id, operation]) => ({ ...operation, id: id as OperationId }));
