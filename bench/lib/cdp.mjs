/** The smallest CDP client: one websocket, one page, one command after the other. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

/**
 * Connects to a browser and opens a page on it.
 *
 * @param {string} url websocket of a browser, or of a gateway to one
 * @returns {Promise<{ roundTripMs(): Promise<number>, close(): void }>}
 */
export async function openCdpPage(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  let lastId = 0;
  const send = (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      const onMessage = (data) => {
        const message = JSON.parse(data);
        if (message.id !== id) return;
        socket.off('message', onMessage);
        if (message.error) reject(new Error(`${method}: ${message.error.message}`));
        else resolve(message.result);
      };
      socket.on('message', onMessage);
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const roundTripMs = async () => {
    const startedAt = performance.now();
    await send('Runtime.evaluate', { expression: '1 + 1', returnByValue: true }, sessionId);
    return performance.now() - startedAt;
  };
  const close = async () => {
    await send('Target.closeTarget', { targetId });
    socket.close();
  };
  return { roundTripMs, close };
}
