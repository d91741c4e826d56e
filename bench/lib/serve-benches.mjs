/** What a shared server does under load: how fast it answers while tests drive sessions, and what one more session costs. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { chromium } from 'playwright-core';
import { median, milliseconds } from './measure.mjs';
import { startServer } from './server.mjs';

/** Sessions that are driven and recorded. */
const SESSIONS = 16;
/** Requests a second, and for how long, in seconds. */
const LOAD = { perSecond: 200, seconds: 30 };
/** How often each session does something, in milliseconds: about what a test does. */
const STEP_MS = 500;
/** How long sessions are driven before the server's memory is read, in milliseconds, and how often it is read in a second. */
const SETTLE = { ms: 10_000, samples: 5 };
const MB = 1024 * 1024;

/** @type {import('./benches.mjs').Bench[]} */
export const SERVE_BENCHES = [
  { numbers: ['session_rss_mb', 'serve_rps_p99_ms'], measure: measureServe },
];

async function measureServe({ executables, isWanted, say }) {
  const server = await startServer(executables.shell ?? executables.chromium);
  const driven = [];
  try {
    driven.push(await driveSession(server));
    await sleep(SETTLE.ms); // what is loaded with the first one is not of one more
    const first = await memoryOf(server);
    while (driven.length < SESSIONS) driven.push(await driveSession(server));
    await sleep(SETTLE.ms);
    const all = await memoryOf(server);
    const rssMb = (all - first) / (SESSIONS - 1) / MB;
    say(
      `the server holds ${(first / MB).toFixed(0)} MB with 1 session, ${(all / MB).toFixed(0)} MB with ${SESSIONS}`,
    );
    const rows = [
      {
        what: 'memory of the server, for one more session',
        ours: `${rssMb.toFixed(1)} MB`,
        base: '',
      },
    ];
    if (!isWanted('serve_rps_p99_ms')) return { result: { session_rss_mb: rssMb }, rows };
    const times = await load(server, driven[0].id);
    const at = (share) => times[Math.floor((times.length - 1) * share)];
    say(
      `${times.length} answers: p50 ${milliseconds(at(0.5))}, p99 ${milliseconds(at(0.99))}, longest ${milliseconds(at(1))}`,
    );
    rows.push({
      what: `status and list, ${LOAD.perSecond} a second, next to ${SESSIONS} sessions: p99`,
      ours: milliseconds(at(0.99)),
      base: '',
    });
    return { result: { session_rss_mb: rssMb, serve_rps_p99_ms: at(0.99) }, rows };
  } finally {
    for (const session of driven) await session.close();
    await server.close();
  }
}

/** A session in which a page changes and is clicked, until it is closed. */
async function driveSession(server) {
  const answer = await call(server, 'POST', '/sessions/start');
  const { session_id: id, cdp_url: cdpUrl } = await answer.json();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = await (await browser.newContext()).newPage();
  await page.setContent(
    '<button onclick="this.textContent = Number(this.textContent) + 1">0</button>',
  );
  let isOver = false;
  const driving = (async () => {
    while (!isOver) {
      await page.click('button');
      await sleep(STEP_MS);
    }
  })();
  const close = async () => {
    isOver = true;
    await driving.finally(() => browser.close());
  };
  return { id, close };
}

/** Times of all answers, in milliseconds, rising. Measured in a thread of its own: this one drives the sessions. */
async function load(server, id) {
  const worker = new Worker(new URL('serve-load.mjs', import.meta.url), {
    workerData: {
      url: server.url,
      apiKey: server.apiKey,
      paths: [`/sessions/${id}`, '/sessions'],
      ...LOAD,
    },
  });
  const [times] = await once(worker, 'message');
  await worker.terminate();
  return times.sort((a, b) => a - b);
}

/** What the process of the server holds, without its browsers, in bytes. */
async function memoryOf(server) {
  const samples = [];
  for (let n = 0; n < SETTLE.samples; n += 1) {
    const text = await (await call(server, 'GET', '/metrics')).text();
    samples.push(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)[1]));
    await sleep(1000 / SETTLE.samples);
  }
  return median(samples);
}

async function call(server, method, path) {
  const headers = { authorization: `Bearer ${server.apiKey}` };
  const answer = await fetch(server.url + path, { method, headers });
  if (!answer.ok)
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer;
}
