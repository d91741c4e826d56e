/** Watching a session: how soon a change on its page is on the viewer's screen, and what a viewer costs a suite. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { WebSocket } from 'ws';
import { alternate, describeRound, median, milliseconds, ratio, seconds } from './measure.mjs';
import { startServer } from './server.mjs';
import { timeSuite } from './suite.mjs';

/** Changes whose way to the screen is timed. */
const CHANGES = 60;
/** Time between two changes, in milliseconds: they fall on any moment of a cast. */
const PAUSE = { least: 150, spread: 350 };
/** Tests of the suite, and how often they are repeated: one short run would be its beginning. */
const SUITE = { tests: 40, repeats: 2 };
/** How often a new session is looked for, in milliseconds. */
const LOOK_MS = 50;

/** @type {import('./benches.mjs').Bench[]} */
export const VIEWER_BENCHES = [
  { numbers: ['live_latency_p95_ms'], measure: measureLatency },
  { numbers: ['watched_suite_ratio'], measure: measureWatched },
];

async function measureLatency({ executables, say }) {
  const server = await startServer(executables.chromium);
  const viewer = await chromium.launch({ executablePath: executables.chromium });
  try {
    const session = await (await call(server, 'POST', '/sessions/start')).json();
    const browser = await chromium.connectOverCDP(session.cdp_url);
    const [page] = browser.contexts()[0].pages();
    await page.setContent('<body style="margin: 0; height: 100vh; background: #0000ff">');
    const screen = await viewer.newPage({ viewport: { width: 1280, height: 800 } });
    await screen.goto(session.viewer_url);
    await screen.waitForFunction(
      () => Number(document.querySelector('canvas')?.dataset.pictures) > 0,
    );
    const times = [];
    for (let n = 0; n < CHANGES; n += 1) {
      await sleep(PAUSE.least + Math.random() * PAUSE.spread);
      times.push(await timeChange(page, screen, n % 2 === 0 ? 0 : 2));
    }
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor((times.length - 1) * share)];
    say(
      `p50 ${milliseconds(at(0.5))}, p95 ${milliseconds(at(0.95))}, longest ${milliseconds(at(1))}`,
    );
    const ours = milliseconds(at(0.95));
    return {
      result: { live_latency_p95_ms: at(0.95) },
      rows: [{ what: "from a change to the viewer's screen, p95", ours, base: '' }],
    };
  } finally {
    await viewer.close();
    await server.close();
  }
}

/** Turns the page red or blue (0 or 2, as pixels count), and waits until the viewer has drawn that. Both read the same clock. */
async function timeChange(page, screen, channel) {
  const seen = screen.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const canvas = document.querySelector('canvas');
        const observer = new MutationObserver(() => {
          const context = canvas.getContext('2d');
          const pixel = context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
          if (pixel[wanted] < 200 || pixel[2 - wanted] > 60) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(canvas, { attributeFilter: ['data-pictures'] });
      }),
    channel,
  );
  const changedMs = await page.evaluate(
    (color) => {
      document.body.style.background = color;
      return Date.now();
    },
    channel === 0 ? '#ff0000' : '#0000ff',
  );
  return (await seen) - changedMs;
}

async function measureWatched({ executables, url, project, rounds, within, say }) {
  const executablePath = executables.shell ?? executables.chromium;
  const server = await startServer(executablePath);
  const env = { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey };
  const { tests, repeats } = SUITE;
  const suite = { suite: 'sessions', workers: 2, repeats, url, project, executablePath, env };
  const run = async () => timeSuite(suite, { passed: tests * repeats, videos: 0 });
  const watched = async () => {
    const watching = watchNext(server);
    try {
      return await run();
    } finally {
      const pictures = await watching.stop();
      if (pictures === 0) throw new Error('The viewer of the watched suite got no picture.');
    }
  };
  try {
    const times = await alternate(
      { alone: run, watched },
      {
        rounds,
        warmUp: 0,
        withinMs: within(2.5),
        onRound: (round) => say(describeRound(round)),
      },
    );
    return {
      result: { watched_suite_ratio: ratio(times.watched, times.alone) },
      rows: [
        {
          what: `${tests * repeats} small tests on serve, one session watched live`,
          ours: seconds(median(times.watched)),
          base: `${seconds(median(times.alone))} unwatched`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

/** Looks at the next session that starts, at full size, as the viewer's page does; its screen would be on another machine. */
function watchNext(server) {
  let socket;
  let pictures = 0;
  let isOver = false;
  const looking = (async () => {
    while (!isOver && !socket) {
      const { sessions } = await (await call(server, 'GET', '/viewer/sessions')).json();
      const running = sessions.find(({ status }) => status === 'active');
      if (!running) {
        await sleep(LOOK_MS);
        continue;
      }
      const [path, query] = running.viewerPath.split('?');
      socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}${path}/live?${query}`);
      socket.on('message', (_, isBinary) => (pictures += isBinary ? 1 : 0));
      socket.on('error', () => {}); // it has ended
    }
  })();
  const stop = async () => {
    isOver = true;
    await looking;
    socket?.terminate();
    return pictures;
  };
  return { stop };
}

async function call(server, method, path) {
  const headers = { authorization: `Bearer ${server.apiKey}` };
  const answer = await fetch(server.url + path, { method, headers });
  if (!answer.ok)
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer;
}
