/** Two CDP clients that send one command after the other: Playwright, which is what tests use, and the smallest there is. */
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { WebSocket } from 'ws';

/** What both measure: a command that a page answers. */
const COMMAND = /** @type {const} */ ([
  'Runtime.evaluate',
  { expression: '1 + 1', returnByValue: true },
]);

/**
 * Connects as a test does, and opens a page.
 *
 * @param {string} url websocket of a browser, or of a gateway to one
 * @returns {Promise<{ roundTripMs(): Promise<number>, close(): Promise<void> }>}
 */
export async function openPlaywrightPage(url) {
  const browser = await chromium.connectOverCDP(url);
  const page = await (await browser.newContext()).newPage();
  const cdp = await page.context().newCDPSession(page);
  const roundTripMs = async () => {
    const startedAt = performance.now();
    await cdp.send(...COMMAND);
    return performance.now() - startedAt;
  };
  return { roundTripMs, close: () => browser.close() };
}

/**
 * Connects by a bare websocket, and opens a page.
 *
 * @param {string} url websocket of a browser, or of a gateway to one
 * @returns {Promise<{ roundTripMs(): Promise<number>, close(): Promise<void> }>}
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
    await send(...COMMAND, sessionId);
    return performance.now() - startedAt;
  };
  const close = async () => {
    await send('Target.closeTarget', { targetId });
    socket.close();
  };
  return { roundTripMs, close };
}
