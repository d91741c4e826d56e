/** Tells that a caller has left, to whoever does something for it that takes long. */
import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { unavailable } from '../../contract/refusals';

/** Aborted when the connection, or the answer, is closed. */
export function leavingOf(connection: EventEmitter & { destroyed: boolean }): AbortSignal {
  const left = new AbortController();
  const leave = (): void => left.abort(unavailable('The caller left.'));
  if (connection.destroyed) leave();
  else connection.once('close', leave);
  return left.signal;
}

/** Aborted when the caller leaves before its answer is complete. */
export function leftUnanswered(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  const leave = (): void => left.abort(unavailable('The caller left.'));
  if (response.destroyed) leave();
  else response.once('close', () => response.writableFinished || leave());
  return left.signal;
}
