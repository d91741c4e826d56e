/** A far-away link on this machine: a TCP relay that delays both directions and lets a new connection wait for its handshake. */
import { connect, createServer } from 'node:net';

/** Timers fire up to so much early, in milliseconds. */
const TIMER_TOLERANCE_MS = 0.5;

/**
 * Starts a relay to a port of this machine. Its bandwidth is not limited: what a session costs far away are round trips.
 *
 * @param {number} port
 * @param {number} rttMs time of a round trip, in milliseconds: half of it for each direction, and one for a connection to open
 * @returns {Promise<{ port: number, close(): Promise<void> }>}
 */
export async function startRelay(port, rttMs) {
  const open = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const handshakeDoneAt = performance.now() + rttMs;
    forward(near, far, { delayMs: rttMs / 2, notBefore: handshakeDoneAt });
    forward(far, near, { delayMs: rttMs / 2, notBefore: 0 });
    for (const socket of [near, far]) open.add(socket.once('close', () => open.delete(socket)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, close };
}

/** Passes on what one socket sends, and its end, in order and late. */
function forward(from, to, { delayMs, notBefore }) {
  const underWay = [];
  let timer;
  const arrive = () => {
    timer = undefined;
    while (underWay.length > 0 && underWay[0].at <= performance.now() + TIMER_TOLERANCE_MS)
      underWay.shift().deliver();
    wait();
  };
  const wait = () => {
    if (underWay.length > 0) timer ??= setTimeout(arrive, underWay[0].at - performance.now());
  };
  const send = (deliver) => {
    underWay.push({ at: Math.max(performance.now(), notBefore) + delayMs, deliver });
    wait();
  };
  from.on('data', (chunk) => send(() => to.write(chunk)));
  from.on('end', () => send(() => to.end()));
  from.on('close', () => send(() => to.destroy()));
  from.on('error', () => {}); // a connection that breaks is closed too
}
