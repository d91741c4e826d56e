/** What sessions on a Selenium Grid take of the machine of their node (Linux only): memory and processor, without and with the Grid itself. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

/** As many as there are slots. */
const SESSIONS = 4;
/** How often each session does something, in milliseconds: about what a test does. */
const STEP_MS = 500;
/** How long sessions are driven before they are looked at, and then while their processor time is counted, in milliseconds. */
const SETTLE_MS = 10_000;
const COUNT_MS = 20_000;
const MB = 1024 * 1024;
/** Clock ticks of a second in `/proc`. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/**
 * Drives as many sessions as there are slots, and looks at the processes of the nodes.
 *
 * @param {import('../../scripts/lib/grid.mjs').LocalGrid} grid
 * @param {{ url: string, start: () => Promise<{ cdpUrl: string, stop: () => Promise<unknown> }> }} how the site that they look at, and what starts one
 * @returns {Promise<{ sessionMb: number, sessionCpu: number, gridMb: number, gridCpu: number }>} of one session, and of hub and nodes together; processor time as a share of one core
 */
export async function measureSize(grid, { url, start }) {
  const idle = [];
  for (let n = 0; n < SESSIONS; n += 1) idle.push(await start()); // what a node loads with its first session is not of one more
  for (const session of idle) await session.stop();
  const driven = [];
  try {
    while (driven.length < SESSIONS) driven.push(await drive(await start(), url));
    await sleep(SETTLE_MS);
    const own = [grid.hub, ...grid.nodes].map(({ pid }) => pid);
    const browsers = descendantsOf(own);
    const before = { grid: secondsOf(own), browsers: secondsOf(browsers) };
    await sleep(COUNT_MS);
    const share = (pids, from) => (secondsOf(pids) - from) / (COUNT_MS / 1000);
    return {
      sessionMb: memoryOf(browsers) / SESSIONS / MB,
      sessionCpu: share(browsers, before.browsers) / SESSIONS,
      gridMb: memoryOf(own) / MB,
      gridCpu: share(own, before.grid),
    };
  } finally {
    for (const { close } of driven) await close();
  }
}

/** A session in which a form is filled, again and again, until it is closed. */
async function drive(session, url) {
  const browser = await chromium.connectOverCDP(session.cdpUrl);
  const page = await (await browser.newContext()).newPage();
  let isOver = false;
  const driving = (async () => {
    while (!isOver) {
      await page.goto(url);
      await page.getByLabel('First name').fill('Ada');
      await page.getByRole('button', { name: 'Send' }).click();
      await sleep(STEP_MS);
    }
  })();
  const close = async () => {
    isOver = true;
    await driving.finally(() => browser.close());
    await session.stop();
  };
  return { close };
}

function descendantsOf(pids) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(fieldsOf(name)[1]) }));
  const found = new Set();
  const visit = (of) => {
    for (const { pid, parent } of parents) {
      if (parent !== of || found.has(pid)) continue;
      found.add(pid);
      visit(pid);
    }
  };
  pids.forEach(visit);
  return [...found];
}

/** Proportional: what processes share counts once. In bytes. */
function memoryOf(pids) {
  return sum(
    pids.map(
      (pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024,
    ),
  );
}

/** Processor time so far, in seconds. */
function secondsOf(pids) {
  return sum(
    pids.map((pid) => {
      const fields = fieldsOf(pid);
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
    }),
  );
}

/** Of `/proc/PID/stat`, from the state on: a name before it may hold anything. */
function fieldsOf(pid) {
  return read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ');
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // the process has ended
  }
}
