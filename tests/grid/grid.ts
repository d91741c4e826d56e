/** The Grid of a test file, and suites that run on it. */
import { expect } from 'vitest';
import { gridParts } from '../../scripts/lib/grid-parts.mjs';
import { startGrid, type LocalGrid } from '../../scripts/lib/grid.mjs';
import { Project } from '../e2e/support/project';
import { eventually } from '../eventually';

/** How long something may take that takes seconds, in milliseconds: machines may be slow, and busy. */
export const SLOW_MS = 120_000;

/** A test that says the id of its worker, and does not end. */
export const WAITS = `test('waits', async ({ page }) => {
  await page.setContent('<h1>Waiting</h1>');
  console.log('WORKER ' + process.pid + '.');
  await page.waitForSelector('h2', { timeout: 0 });
});`;

/** Starts a hub and two nodes with two slots each. The caller closes it. */
export async function openGrid(
  options: Omit<Parameters<typeof startGrid>[0], 'parts'> = {},
): Promise<LocalGrid> {
  return startGrid({ parts: await gridParts(), ...options });
}

/** A suite whose sessions come from the Grid. */
export async function suiteOn(
  { url }: { url: string },
  spec: string,
  { config = '', env = {} }: { config?: string; env?: Record<string, string> } = {},
): Promise<Project> {
  return Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({
          workers: 2, fullyParallel: true,
          reporter: [['line'], ['json', { outputFile: 'report.json' }]], ${config} });`,
      'a.spec.ts': `import { test, expect } from 'sessionwright';\n${spec}`,
    },
    { NOTTE_API_URL: '', NOTTE_API_KEY: '', SELENIUM_REMOTE_URL: url, ...env },
  );
}

/** No session is left on the Grid, soon after. */
export async function everySlotIsFree(grid: LocalGrid, timeout = SLOW_MS): Promise<void> {
  await eventually(async () => expect(await grid.usedSlots()).toBe(0), { timeout });
}

/** Has one of the nodes take no more sessions, and end after those that it has. */
export async function drainNode({ url }: LocalGrid): Promise<void> {
  const status = (await (await fetch(`${url}/status`)).json()) as {
    value: { nodes: { id: string }[] };
  };
  const id = status.value.nodes[0]?.id ?? '';
  const answer = await fetch(`${url}/se/grid/distributor/node/${id}/drain`, {
    method: 'POST',
    headers: { 'x-registration-secret': '' },
  });
  expect(answer.status).toBe(200);
}

/** Somebody else's session. Returns what ends it. */
export async function holdSlot({ url }: LocalGrid): Promise<() => Promise<void>> {
  const alwaysMatch = { browserName: 'chrome', 'goog:chromeOptions': { args: ['--headless'] } };
  const answer = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ capabilities: { alwaysMatch } }),
  });
  const { value } = (await answer.json()) as { value: { sessionId: string } };
  return async () => {
    await fetch(`${url}/session/${value.sessionId}`, { method: 'DELETE' });
  };
}
