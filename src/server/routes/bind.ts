/** Binds handlers to the operations of the contract: their paths, what they read and what they write is said there, and only there. */
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
import {
  PreparedJson,
  sendBytes,
  sendJson,
  sendPrepared,
  type Exchange,
  type Route,
} from '../http/http-router';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';

/** One call of an operation, read and checked. */
export interface OperationCall<Id extends OperationId> extends Omit<Exchange, 'params' | 'query'> {
  readonly params: Readonly<ParamsOf<OperationOf<Id>>>;
  /** Complete with defaults; undefined where the operation has none. */
  readonly query: QueryOf<OperationOf<Id>>;
  /** Undefined where the operation takes no JSON. */
  readonly body: BodyOf<OperationOf<Id>>;
  /** The session that the path names: a running one, where the operation needs that. */
  readonly session: SessionOf<OperationOf<Id>>;
}

/** What does the work of an operation. Its result is written as the contract says, unless it is written already. */
export type Handler<Id extends OperationId> = (
  call: OperationCall<Id>,
) => Promise<ResultOf<OperationOf<Id>> | PreparedJson> | ResultOf<OperationOf<Id>>;

/** A handler for each of these operations: one that is missing, and one too many, do not compile. */
export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };

type SessionOf<O extends Operation> = O['path'] extends `${string}{session_id}${string}`
  ? O extends { running: true }
    ? LiveSession
    : AnySession
  : undefined;

/** A route for each operation that there is a handler for, in the order of the contract. */
export function bindOperations<Ids extends OperationId>(
  handlers: Handlers<Ids>,
  registry: SessionRegistry,
): Route[] {
  return operationList
    .filter(({ id }) => Object.hasOwn(handlers, id))
    .map((operation) => bind(operation, handlers[operation.id as Ids] as AnyHandler, registry));
}

/** The handler of whichever operation. */
type AnyHandler = (call: never) => unknown;

function bind(operation: Operation, handler: AnyHandler, registry: SessionRegistry): Route {
  const { method, path, open, response } = operation;
  return {
    method,
    path,
    ...(open && { open }),
    handle: async (exchange) => {
      const call = await readCall(operation, exchange, registry);
      const result = await handler(call as never);
      if (result instanceof PreparedJson) sendPrepared(exchange, result);
      else if ('mediaType' in response)
        sendBytes(exchange.response, result as Buffer, response.mediaType);
      else sendJson(exchange.response, 200, { body: z.encode(response, result) as object });
    },
  };
}

/** Whoever asks in vain is told so before a body is read: first comes the session, then the query, then the body. */
async function readCall(
  operation: Operation,
  exchange: Exchange,
  registry: SessionRegistry,
): Promise<object> {
  const { path, running, query } = operation;
  const known = path.includes('{session_id}')
    ? registry.get(exchange.params['sessionId'] ?? '', exchange.account)
    : undefined;
  const session = running ? known?.ensureActive() : known;
  const asked = query?.decode(exchange.query);
  if (running && countsAsUse(asked)) known?.ensureActive().touch();
  return { ...exchange, session, query: asked, body: await bodyOf(operation, exchange) };
}

/** The body of a POST is looked at even when none is asked for: it is JSON, and not too long. */
async function bodyOf(
  { method, request, multipart }: Operation,
  exchange: Exchange,
): Promise<unknown> {
  if (!request && (method !== 'POST' || multipart)) return undefined;
  const body = await exchange.json();
  return request?.decode(body);
}

/** Calls on a running session count as using it, unless they say otherwise. */
function countsAsUse(query: unknown): boolean {
  return (query as { updateMetadata?: boolean } | undefined)?.updateMetadata ?? true;
}
