/** A Grid that is full, whose nodes are drained, or whose hub is started anew; and runs that are killed while they use it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import type { Project } from '../e2e/support/project';
import { eventually } from '../eventually';
import { drainNode, everySlotIsFree, holdSlot, openGrid, SLOW_MS, suiteOn, WAITS } from './grid';

/** How soon every slot is free once a run is over, in milliseconds: seconds, also on a slow machine, and long before the Grid itself ends what nobody uses (300 s). */
const SOON_MS = 60_000;

let grid: LocalGrid;
let project: Project | undefined;

beforeAll(async () => {
  grid = await openGrid();
});

afterAll(async () => {
  await grid.close();
});

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
  project = undefined;
});

test('after Ctrl-C, and after the runner is killed, every slot becomes free', async () => {
  project = await suiteOn(grid, WAITS);
  const interrupted = project.start();
  await interrupted.printed(/WORKER/, SLOW_MS);
  interrupted.interrupt();
  await everySlotIsFree(grid, SOON_MS);
  await interrupted.result();

  const killed = project.start();
  await killed.printed(/WORKER/, SLOW_MS);
  expect(await grid.usedSlots()).toBe(1);
  process.kill(killed.pid, 'SIGKILL');
  await everySlotIsFree(grid, SOON_MS);
  await killed.result();
});

test('the host or everything is killed: the next run ends what is left on the Grid', async () => {
  project = await suiteOn(
    grid,
    `${WAITS}\ntest('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  );
  await project.killAll(project.start(['--grep', 'waits']));
  expect(await grid.usedSlots()).toBe(1);
  const { exitCode, output } = await project.run(['--grep', 'later']);
  expect(exitCode, output).toBe(0);
  await everySlotIsFree(grid);
});

test('a run that is stopped while it waits removes its request from the queue', async () => {
  project = await suiteOn(grid, WAITS, { config: 'repeatEach: 6,' });
  const run = project.start(['--workers', '6']);
  await run.printed(/waiting for a session: the Grid has 4 of 4 slots in use, 2 wait/, SLOW_MS);
  run.interrupt();
  await run.result();
  await everySlotIsFree(grid);
  const { value } = (await (await fetch(`${grid.url}/se/grid/newsessionqueue/queue`)).json()) as {
    value: unknown[];
  };
  expect(value).toEqual([]);
});

test('a wait for slots in use ends at its limit, with a message', async () => {
  const held = await Promise.all([1, 2, 3, 4].map(async () => holdSlot(grid)));
  project = await suiteOn(grid, WAITS, {
    config: `use: { sessionOptions: { startTimeout: 8_000 } },`,
  });
  const { output, exitCode } = await project.run();
  expect(exitCode).toBe(1);
  expect(output).toContain('No session became free in time: the Grid has 4 of 4 slots in use');
  await Promise.all(held.map(async (letGo) => letGo()));
  await everySlotIsFree(grid);
});

test('the hub restarts during a run: the next test waits for it, and nothing is left on the nodes', async () => {
  project = await suiteOn(
    grid,
    `test('before', async ({ page }, testInfo) => {
      await page.setContent('<h1>There</h1>');
      console.log('READY');
      if (testInfo.retry === 0) await page.waitForSelector('h2', { timeout: 0 });
    });
    test('after', async ({ page }) => { await page.setContent('<h1>There</h1>'); });`,
    {
      config: 'retries: 1, timeout: 300_000, use: { sessionOptions: { startTimeout: 180_000 } },',
    },
  );
  const run = project.start(['--workers', '1']);
  await run.printed(/READY/, SLOW_MS);
  await grid.killHub();
  await grid.startHub();
  const { exitCode, output } = await run.result();
  expect(exitCode, output).toBe(0);
  await everySlotIsFree(grid);
});

test('a node is drained: its sessions continue, new ones start elsewhere, and it exits with the run', async () => {
  project = await suiteOn(
    grid,
    `import { existsSync } from 'node:fs';
    for (const name of ['a', 'b', 'c', 'd'])
      test(name, async ({ page }) => {
        await page.setContent('<h1>There</h1>');
        console.log('READY ' + name);
        await expect.poll(() => existsSync('drained'), { timeout: 240_000 }).toBe(true);
        await page.evaluate(() => 1);
      });
    test('another session', async ({ session }) => {
      const another = await session.client.start();
      expect(await another.cookies()).toEqual([]);
      await another.stop();
    });`,
    { config: 'timeout: 300_000,' },
  );
  const run = project.start();
  await run.printed(/READY a/, SLOW_MS); // the Grid gives each of the two a node of its own
  await run.printed(/READY b/, SLOW_MS);
  await drainNode(grid);
  await writeFile(join(project.folder, 'drained'), '');
  const { exitCode, output } = await run.result();
  expect(exitCode, output).toBe(0);
  const ended = await eventually(
    () => {
      const index = grid.nodes.findIndex((node) => !node.isRunning());
      expect(index).toBeGreaterThanOrEqual(0);
      return index;
    },
    { timeout: SLOW_MS },
  );
  await grid.startNode(ended);
  await everySlotIsFree(grid);
});
