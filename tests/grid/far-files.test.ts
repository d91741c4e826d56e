/** Files of a test whose browser runs on a machine with other files: what goes up, what comes down, and what docs/grid.md says does not. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import type { Project } from '../e2e/support/project';
import { everySlotIsFree, openGrid, suiteOn } from './grid';

const canHide = spawnSync('unshare', ['-m', 'true']).status === 0;

let grid: LocalGrid | undefined;
let project: Project | undefined;
let folder: string | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
  await grid?.close();
  vi.unstubAllEnvs();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test.skipIf(!canHide)(
  canHide
    ? 'uploads by path, download_file, and downloads of a test'
    : 'NOT RUN: unshare -m needs root',
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'sw-grid-far-'));
    grid = await openGrid({ nodes: 1, hidden: folder });
    vi.stubEnv('TMPDIR', folder); // the project's folder is in it
    project = await suiteOn(
      grid,
      `import { readFileSync, writeFileSync } from 'node:fs';
      import { createServer } from 'node:http';
      test('up', async ({ page }) => {
        await page.setContent('<input type=file onchange="this.files[0].text().then((t) => document.title = t)">');
        writeFileSync('up.txt', 'up');
        await page.setInputFiles('input', 'up.txt');
        await expect(page).toHaveTitle('up');
      });
      test('down', async ({ page, session }, testInfo) => {
        const site = createServer(({ url }, response) => {
          if (url === '/a.txt') response.setHeader('content-disposition', 'attachment; filename="a.txt"').end('down');
          else response.setHeader('content-type', 'text/html').end('<a href="/a.txt">get</a>');
        });
        await new Promise((listening) => site.listen(0, '127.0.0.1', listening));
        const origin = 'http://127.0.0.1:' + site.address().port;
        await page.goto(origin);
        const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
        expect(download.suggestedFilename()).toBe('a.txt');
        expect(download.url()).toBe(origin + '/a.txt');
        expect(readFileSync(await download.path(), 'utf8')).toBe('down');
        expect(await session.execute({ type: 'download_file', selector: 'a' })).toMatchObject({ success: true });
        const [stored] = await session.files.downloads();
        const path = await session.files.download(stored?.name ?? '', testInfo.outputPath('a.txt'));
        expect(readFileSync(path, 'utf8')).toBe('down');
        site.close();
      });`,
    );
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    await everySlotIsFree(grid);
  },
);
