/** What a Node process that runs already holds in memory when its garbage is collected: asked through its inspector, which a signal opens. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where a Node process opens its inspector when it gets SIGUSR1 (nodejs.org, "Inspector signals"): one process at a time. */
const INSPECTOR_URL = 'http://127.0.0.1:9229/json/list';
/** How long opening it, and each answer, may take, in milliseconds: a process of a busy run is slow. */
const LIMIT_MS = 30_000;

/** Its heap, and its buffers outside of the heap. */
const HELD = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/**
 * Has a process collect its garbage, and asks it what it holds then.
 *
 * @param {number} pid
 * @returns {Promise<number>} in bytes
 * @throws {Error} when its inspector does not open: another process may have the port
 */
export async function heldBytes(pid) {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorOf(pid));
  try {
    await once(socket, 'open');
    const evaluate = async (expression) => {
      const { result } = await ask(socket, 'Runtime.evaluate', { expression });
      return result.value;
    };
    const asked = await evaluate('process.pid');
    if (asked !== pid)
      throw new Error(`Process ${asked} has the inspector's port, which process ${pid} needs.`);
    await ask(socket, 'HeapProfiler.collectGarbage');
    const bytes = await evaluate(HELD);
    const closed = once(socket, 'close');
    void ask(socket, 'Runtime.evaluate', { expression: 'process._debugEnd()' }).catch(() => {}); // it closes instead
    await closed;
    return bytes;
  } finally {
    socket.terminate();
  }
}

async function inspectorOf(pid) {
  for (const untilMs = performance.now() + LIMIT_MS; ; await delay(100)) {
    const targets = await fetch(INSPECTOR_URL)
      .then((answer) => answer.json())
      .catch(() => []); // not open yet
    if (targets[0]) return targets[0].webSocketDebuggerUrl;
    if (performance.now() > untilMs)
      throw new Error(`The inspector of process ${pid} did not open within ${LIMIT_MS / 1_000} s.`);
  }
}

let nextId = 1;

async function ask(socket, method, params = {}) {
  const id = nextId++;
  const answer = new Promise((resolve) => {
    const onMessage = (data) => {
      const message = JSON.parse(String(data));
      if (message.id !== id) return;
      socket.off('message', onMessage);
      resolve(message.result);
    };
    socket.on('message', onMessage);
  });
  socket.send(JSON.stringify({ id, method, params }));
  return inTime(answer, method);
}

function once(socket, event) {
  return inTime(
    new Promise((resolve, reject) => socket.once(event, resolve).once('error', reject)),
    event,
  );
}

async function inTime(promise, what) {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      delay(LIMIT_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`No answer of the inspector within ${LIMIT_MS / 1_000} s: ${what}.`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}
