/** The comparisons of the session API's page calls with Playwright's own, on the same session, and how fast sessions are listed. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { alternate, median, milliseconds } from './measure.mjs';
import { observePage } from './observe-page.mjs';
import { startServer } from './server.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A small form: one button and one field, as most tests click and fill. */
const FORM =
  '<title>Form</title><form onsubmit="return false"><label>Name <input id="name"></label><button id="send">Send</button></form>';
/** Calls of each kind per round. */
const CALLS_PER_ROUND = 25;
/** Sessions of the list, and how many a page of it holds. */
const LISTED = { sessions: 100, pageSize: 50 };

/** @type {import('./benches.mjs').Bench[]} */
export const API_BENCHES = [
  { numbers: ['execute_click_ratio', 'execute_fill_ratio'], measure: measureExecute },
  { numbers: ['observe_ratio'], measure: measureObserve },
  { numbers: ['list_p50_ms'], measure: measureList },
];

/** The same click and the same fill, on the same page: by `execute`, and by a Playwright page that is connected to the session. */
async function measureExecute({ executables, rounds, say }) {
  return withSession(executables.chromium, async ({ session, page }) => {
    await page.goto(`data:text/html,${encodeURIComponent(FORM)}`);
    const selectors = { click: '#send', fill: '#name' };
    const click = await pairs(rounds, {
      ours: () => succeed(session.execute({ type: 'click', selector: selectors.click })),
      base: () => page.click(selectors.click),
    });
    const fill = await pairs(rounds, {
      ours: (n) =>
        succeed(session.execute({ type: 'fill', selector: selectors.fill, value: `Ada ${n}` })),
      base: (n) => page.fill(selectors.fill, `Bob ${n}`),
    });
    say(`${click.ours.length} pairs of each`);
    return {
      result: {
        execute_click_ratio: median(click.ours) / median(click.base),
        execute_fill_ratio: median(fill.ours) / median(fill.base),
      },
      rows: [
        {
          what: 'execute: click',
          ours: milliseconds(median(click.ours)),
          base: `${milliseconds(median(click.base))} page.click()`,
        },
        {
          what: 'execute: fill',
          ours: milliseconds(median(fill.ours)),
          base: `${milliseconds(median(fill.base))} page.fill()`,
        },
      ],
    };
  });
}

/** A page of 2,000 elements: everything that `observe` answers, its screenshot included, against Playwright's snapshot of it. */
async function measureObserve({ executables, rounds, say }) {
  return withSession(executables.chromium, async ({ session, page }) => {
    await page.setContent(observePage());
    const { ours, base } = await alternate(
      { ours: timed(() => session.observe()), base: timed(() => page.ariaSnapshot()) },
      { rounds: rounds * 5, warmUp: 3 },
    );
    say(`${ours.length} pairs`);
    return {
      result: { observe_ratio: median(ours) / median(base) },
      rows: [
        {
          what: 'observe, 2,000 elements',
          ours: milliseconds(median(ours)),
          base: `${milliseconds(median(base))} page.ariaSnapshot()`,
        },
      ],
    };
  });
}

/** A page of the list, as its caller sees it: request and answer on loopback are in the number. */
async function measureList({ executables, rounds, say }) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executables.chromium);
  try {
    const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
    for (let n = 0; n < LISTED.sessions; n += 1) await (await client.start()).stop();
    const url = `${server.url}/sessions?only_active=false&page=1&page_size=${LISTED.pageSize}`;
    const list = async () => {
      const { items } = await (
        await fetch(url, { headers: { authorization: `Bearer ${server.apiKey}` } })
      ).json();
      if (items.length !== LISTED.pageSize)
        throw new Error(`${items.length} sessions were listed.`);
    };
    const { ours } = await alternate({ ours: timed(list) }, { rounds: rounds * 50, warmUp: 20 });
    say(`${ours.length} lists`);
    return {
      result: { list_p50_ms: median(ours) },
      rows: [
        {
          what: `a page of ${LISTED.pageSize} of ${LISTED.sessions} sessions`,
          ours: milliseconds(median(ours)),
          base: '',
        },
      ],
    };
  } finally {
    await server.close();
  }
}

/** A session, and a Playwright page that is connected to it. */
async function withSession(executablePath, measure) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executablePath);
  try {
    const session = await new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey }).start();
    const browser = await chromium.connectOverCDP(session.cdpUrl);
    const measured = await measure({ session, page: browser.contexts()[0].pages()[0] });
    await browser.close();
    await session.stop();
    return measured;
  } finally {
    await server.close();
  }
}

async function pairs(rounds, { ours, base }) {
  let n = 0;
  return alternate(
    { ours: timed(() => ours((n += 1))), base: timed(() => base((n += 1))) },
    { rounds: rounds * CALLS_PER_ROUND, warmUp: 10 },
  );
}

function timed(work) {
  return async () => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
}

async function succeed(executing) {
  const { success, message } = await executing;
  if (!success) throw new Error(message);
}
