/**
 * Table of all calls of the session API by id: path, request and answer. The server binds its handlers to it, the client uses it to
 * call, and the OpenAPI description is generated from it. Add a new call to the file of its area.
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

/** The table. If two paths match a request, the first one wins. */
export const operations = {
  ...sessionOperations,
  ...browserOperations,
  ...profileOperations,
  ...fileOperations,
  ...serviceOperations,
} as const;

/** Unique id, used as method name by generated clients. */
export type OperationId = keyof typeof operations;

/** The operation with an id. */
export type OperationOf<Id extends OperationId> = (typeof operations)[Id];

/** The table as a list. */
export const operationList: readonly (Operation & { id: OperationId })[] = Object.entries(
  operations,
).map(([id, operation]) => ({ ...operation, id: id as OperationId }));
