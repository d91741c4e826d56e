/** A Grid that is not at the root of a host of its own: behind nginx with TLS, and with a path that the hub itself knows. */
import { afterEach, describe, expect, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { Grid } from '../../src/browser/grid/grid';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import type { Project } from '../e2e/support/project';
import { everySlotIsFree, openGrid, suiteOn } from './grid';
import { missingForNginx } from '../documented-nginx';
import { startProxy, type Proxy } from './nginx';

let grid: LocalGrid | undefined;
let proxy: Proxy | undefined;
let project: Project | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
  await proxy?.close();
  await grid?.close();
  grid = proxy = project = undefined;
});

const SPEC = `test('there', async ({ page, session }) => {
  await page.setContent('<h1>There</h1>');
  await expect(page.getByText('There')).toBeVisible();
  expect((await session.status()).status).toBe('active');
});`;

describe(
  missingForNginx.length === 0 ? 'nginx' : `nginx (NOT RUN: no ${missingForNginx.join()})`,
  () => {
    test.skipIf(missingForNginx.length > 0)(
      'a Grid behind TLS and below a path, once its certificate is trusted',
      async () => {
        grid = await openGrid({ nodes: 1 });
        proxy = await startProxy(grid);
        const stranger = new Grid({ url: proxy.url });
        await expect(
          stranger.open({ headless: true }, AbortSignal.timeout(60_000)),
        ).rejects.toThrow(/SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/);
        project = await suiteOn(proxy, SPEC, { env: { NODE_EXTRA_CA_CERTS: proxy.certificate } });
        const { exitCode, output } = await project.run();
        expect(exitCode, output).toBe(0);
        expect(output).toContain(`(Selenium Grid at ${proxy.url})`);
        expect(output).toMatch(/1 test, 1 clip, .*left running: nothing/);
        await everySlotIsFree(grid);
      },
    );
  },
);

test('a hub that knows its path', async () => {
  grid = await openGrid({ nodes: 1, hubArgs: ['--sub-path', '/grid'] });
  const url = `${grid.url}/grid`;
  project = await suiteOn({ url }, SPEC);
  const { exitCode, output } = await project.run();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(`(Selenium Grid at ${url})`);
  await everySlotIsFree(grid);
});
