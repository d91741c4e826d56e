/**
 * Asks a server for `/health` every 50 ms, in a process of its own, and reports each answer and the server's memory to its parent.
 * Arguments: the server's URL, its key and its process id. Linux only.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const [url, key, pid] = process.argv.slice(2);
const EVERY_MS = 50;
/** A server that has not answered by then counts as so slow, in milliseconds. */
const LIMIT_MS = 10_000;
/** How long the main threads of the server and of this process have waited for a processor, in milliseconds (proc(5), schedstat). */
const waitedMs = () =>
  [pid, 'self'].reduce((sum, it) => sum + Number(read(`/proc/${it}/schedstat`).split(' ')[1]), 0) /
  1e6;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

for (;;) {
  const [atMs, beganMs, beforeMs] = [Date.now(), performance.now(), waitedMs()];
  const isAnswered = await ask();
  const tookMs = performance.now() - beganMs;
  const ownMs = Math.max(0, tookMs - (waitedMs() - beforeMs));
  process.send?.({ atMs, tookMs, ownMs, isAnswered, rssMb: rssMb() });
  await delay(EVERY_MS);
}

function ask() {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${key}` };
    const request = get(`${url}/health`, { agent, headers, timeout: LIMIT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

function rssMb() {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    process.exit(0); // the server has ended
  }
}
