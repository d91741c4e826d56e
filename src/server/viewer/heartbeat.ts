/** Ends the sockets of those who are gone without a word: a laptop that was closed, a network that was cut. */
import type { WebSocket } from 'ws';

/** How often a watcher is asked whether it is there, in milliseconds: one on a slow line has pictures to take before the question. */
const ASK_MS = 60_000;

/** Asks again and again until the socket closes, and ends it when it has not answered by the next time. */
export function endWhenGone(socket: WebSocket): void {
  let isThere = true;
  const asking = setInterval(() => {
    if (!isThere) {
      socket.terminate();
      return;
    }
    isThere = false;
    socket.ping();
  }, ASK_MS).unref();
  socket.on('pong', () => (isThere = true));
  socket.once('close', () => clearInterval(asking));
}
