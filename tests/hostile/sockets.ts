/** Raw connections to a server, for everything that no HTTP client would send. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Scene } from './attack';

type Target = Pick<Scene, 'port' | 'signal'>;

/** Opens a connection, which is destroyed when the attack is over. */
export async function open({ port, signal }: Target, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const end = (): unknown => socket.destroy();
  signal.addEventListener('abort', end);
  socket.once('close', () => signal.removeEventListener('abort', end));
  await once(socket, 'connect', { signal });
  if (text !== '') socket.write(text);
  return socket;
}

/** Sends a text on a connection of its own, and returns the first bytes of the answer. */
export async function send(target: Target, text: string | Buffer): Promise<string> {
  const socket = await open(target);
  const answer = Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.write(text);
  const [data] = (await answer) as unknown[];
  socket.destroy();
  return Buffer.isBuffer(data) ? data.toString('latin1') : '';
}

/** Writes one piece after the other until the attack is over, or the server has had enough. */
export async function drip(
  socket: Socket,
  { signal }: Target,
  { everyMs, piece }: { everyMs: number; piece: (n: number) => string | Buffer },
): Promise<void> {
  for (let n = 0; !signal.aborted && !socket.destroyed; n++) {
    if (!socket.write(piece(n)))
      await once(socket, 'drain', { signal }).catch(() => socket.destroy());
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Opens connections and holds them until the attack is over. */
export async function hold(scene: Target, times: number, text: string): Promise<void> {
  await Promise.allSettled(Array.from({ length: times }, async () => open(scene, text)));
  await over(scene.signal);
}

/** Opens a WebSocket, which is closed when the attack is over. */
export async function openWebSocket(url: string, { signal }: Target): Promise<WebSocket> {
  const socket = new WebSocket(url, { handshakeTimeout: 2_000 });
  socket.on('error', () => undefined);
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  await once(socket, 'open', { signal });
  return socket;
}

/** Resolves when the attack is over. */
export async function over(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
