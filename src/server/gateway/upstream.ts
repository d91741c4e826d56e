/** The gateway's connection to a browser: over TCP on this machine, over TLS to a provider. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { endpointOf } from '../../base/addresses';
import { withDeadline } from '../../base/deadline';
import { timedOut } from '../../contract/errors';

/** How long a browser may take to accept a connection, in milliseconds. On loopback it takes one. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Size of the buffer that reads go into, in bytes: Node would allocate a new one for each read, which is most of the cost. */
const READ_BUFFER_BYTES = 64 * 1024;

/** Handles received bytes. False stops reading until the socket is resumed. */
export type Receiver = (chunk: Buffer) => boolean;

/**
 * Connects to the host and port of a CDP endpoint. Received bytes go to `receive`; there are no `data` events.
 * @throws the error of the socket if the connection fails
 */
export async function openUpstream(url: URL, receive: Receiver): Promise<Socket> {
  const socket = url.protocol === 'wss:' ? openTls(url, receive) : openTcp(url, receive);
  const connected = new Promise<void>((resolve, reject) => {
    socket.once(url.protocol === 'wss:' ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  try {
    await withDeadline(connected, CONNECT_TIMEOUT_MS, () =>
      timedOut('the browser to accept a connection', CONNECT_TIMEOUT_MS),
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket.setNoDelay(true);
}

function openTcp(url: URL, receive: Receiver): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const callback = (bytes: number): boolean => receive(Buffer.from(buffer.subarray(0, bytes))); // a copy: the next read overwrites it
  return connect({ ...endpointOf(url), onread: { buffer, callback } });
}

function openTls(url: URL, receive: Receiver): Socket {
  return receiveFrom(connectTls(endpointOf(url)), receive);
}

/** Passes the received bytes of an open stream on, as {@link openUpstream} does. */
export function receiveFrom<T extends Duplex>(socket: T, receive: Receiver): T {
  socket.on('data', (chunk: Buffer) => {
    if (!receive(chunk)) socket.pause();
  });
  return socket;
}
