/** Binds handlers to the operations of the contract, which define the paths, what handlers read, and what they return. */
import * as z from 'zod';
import {
  operationList,
  type BodyOf,
  type Operation,
  type OperationId,
  type OperationOf,
  type ParamsOf,
  type QueryOf,
  type ResultOf,
} from '../../contract/operations';
import { sendBytes, sendJson } from '../http/answers';
import type { Exchange, Route } from '../http/http-router';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';

/** One call of an operation, decoded and checked. */
export interface OperationCall<Id extends OperationId> extends Omit<Exchange, 'params' | 'query'> {
  readonly params: Readonly<ParamsOf<OperationOf<Id>>>;
  /** Complete with defaults; undefined if the operation has no query. */
  readonly query: QueryOf<OperationOf<Id>>;
  /** Undefined if the operation takes no JSON. */
  readonly body: BodyOf<OperationOf<Id>>;
  /** The session in the path: a running session, if the operation requires one. */
  readonly session: SessionOf<OperationOf<Id>>;
}

/** Does the work of an operation. */
export type Handler<Id extends OperationId> = (
  call: OperationCall<Id>,
) => Promise<ResultOf<OperationOf<Id>>> | ResultOf<OperationOf<Id>>;

/** A handler for each operation. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> };

type SessionOf<O extends Operation> = O['path'] extends `${string}{session_id}${string}`
  ? O extends { running: true }
    ? LiveSession
    : AnySession
  : undefined;

/** A route for each operation that has a handler, in the order of the contract. */
export function bindOperations(handlers: Partial<Handlers>, registry: SessionRegistry): Route[] {
  return operationList.flatMap((operation) => {
    const handler = handlers[operation.id];
    return handler ? [bind(operation, handler, registry)] : [];
  });
}

function bind(
  operation: Operation,
  handler: (call: never) => unknown,
  registry: SessionRegistry,
): Route {
  const { method, path, open, response } = operation;
  return {
    method,
    path,
    ...(open && { open }),
    handle: async (exchange) => {
      const call = await readCall(operation, exchange, registry);
      const result = await handler(call as never);
      if ('mediaType' in response)
        sendBytes(exchange.response, result as Buffer, {
          headers: { 'content-type': response.mediaType },
        });
      else sendJson(exchange.response, z.encode(response, result) as object);
    },
  };
}

/** Reads the session, then the query, then the body: a caller learns of a wrong session before it sends a long body. */
async function readCall(
  operation: Operation,
  exchange: Exchange,
  registry: SessionRegistry,
): Promise<object> {
  const { path, running, method, request, multipart } = operation;
  const known = path.includes('{session_id}')
    ? registry.get(exchange.params['sessionId'] ?? '', exchange.account)
    : undefined;
  const session = running ? known?.ensureActive() : known;
  const query = operation.query?.decode(exchange.query);
  if (running && countsAsUse(query)) known?.ensureActive().touch();
  const hasJson = method === 'POST' && !multipart; // without a schema it is only checked
  const json = hasJson ? await exchange.json() : undefined;
  return { ...exchange, session, query, body: request?.decode(json) };
}

/** A call of a running session counts as using it, unless the query says otherwise. */
function countsAsUse(query: unknown): boolean {
  return (query as { updateMetadata?: boolean } | undefined)?.updateMetadata ?? true;
}
