/** How starts are refused by a server that is about to end. */
import { unavailable } from '../../contract/refusals';

/** How long a caller should wait before it asks again, in milliseconds: another server may be up by then. */
const DRAINING_RETRY_MS = 5_000;

/** The answer to starts once the server drains. */
export function draining(): Error {
  return unavailable(
    'The session server is about to end: it starts no more sessions. Ask another one, or this one when it is up again.',
    DRAINING_RETRY_MS,
  );
}

/** The answer to starts once the server closes. */
export function closing(): Error {
  return unavailable('The session server is closing.');
}
