/** A thread that asks a session API so many times a second, and measures from when each request was due: what waits in line counts. */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const { url, apiKey, paths, perSecond, seconds } = workerData;
/** More than are ever open at once on a server that keeps up. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const startMs = performance.now();
const answers = [];
for (let n = 0; n < perSecond * seconds; n += 1) {
  const dueMs = startMs + (n * 1000) / perSecond;
  const leftMs = dueMs - performance.now();
  if (leftMs > 1) await sleep(leftMs);
  answers.push(ask(paths[n % paths.length]).then(() => performance.now() - dueMs));
}
parentPort.postMessage(await Promise.all(answers));
agent.destroy();

function ask(path) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const request = get(url + path, { agent, headers }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${path} was answered with ${response.statusCode}.`));
      });
    });
    request.once('error', reject);
  });
}
