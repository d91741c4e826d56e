/** The run page where something is in its way, and of shards that are merged. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { RunData } from '../../src/reporter/run/data';
import { Project } from '../e2e/support/project';

const CLI = resolve(import.meta.dirname, '../../node_modules/@playwright/test/cli.js');
const WORKS = `import { test } from 'sessionwright'; test('works', async ({ page }) => { await page.setContent('<h1>It works</h1>'); });`;

let project: Project;
afterEach(async () => project.remove());

test('a page that cannot be written, or is turned off, does not affect the run', async () => {
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, reporter: 'list' }, { runPage: process.env.PAGE === 'none' ? false : 'a.spec.ts/below' });`,
    'a.spec.ts': WORKS,
  });
  const unwritable = await project.run();
  expect(unwritable.exitCode, unwritable.output).toBe(0);
  expect(unwritable.output).toContain('no run page: ');
  project.env['PAGE'] = 'none';
  const unwanted = await project.run();
  expect(unwanted.exitCode, unwanted.output).toBe(0);
  expect(unwanted.output).not.toContain('run page');
  expect(existsSync(join(project.folder, 'sessionwright-report'))).toBe(false);
});

test("a page in the folder of Playwright's HTML report is refused with a message", async () => {
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, reporter: [['html', { open: 'never' }]] }, { runPage: 'playwright-report' });`,
    'a.spec.ts': WORKS,
  });
  const first = await project.run();
  expect(first.output).toContain('another reporter has cleared');
  const second = await project.run();
  expect(second.exitCode, second.output).toBe(0);
  expect(second.output).toContain('holds an index.html that is not ours');
  expect(await project.read('playwright-report/index.html')).toContain('Playwright Test Report');
});

test('blob reports of two shards become one page, with the sessions and clips of both', async () => {
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, reporter: [['blob', { outputDir: 'blobs', fileName: 'shard-' + (process.env.SHARD ?? '') + '.zip' }]] }, { runPage: process.env.SHARD ? false : 'merged' });`,
    'a.spec.ts': WORKS,
    'b.spec.ts': WORKS.replace("'works'", "'works too'"),
  });
  await mkdir(join(project.folder, 'all-blobs'));
  for (const shard of ['1', '2']) {
    project.env['SHARD'] = shard;
    const isAsked = shard === '2'; // on the command line, which replaces the reporters of the configuration
    const { exitCode, output } = await project.run([
      `--shard=${shard}/2`,
      ...(isAsked ? ['--reporter=blob'] : []),
    ]);
    expect(exitCode, output).toBe(0);
    await rename(
      join(project.folder, isAsked ? 'blob-report/report-2.zip' : `blobs/shard-${shard}.zip`),
      join(project.folder, `all-blobs/shard-${shard}.zip`),
    ); // each run clears its own folder
  }
  delete project.env['SHARD'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [CLI, 'merge-reports', '--config', 'playwright.config.ts', 'all-blobs'],
    { cwd: project.folder, env: project.env },
  );
  const html = await project.read('merged/index.html');
  const [, json = ''] =
    /<script id="run" type="application\/json">(.*?)<\/script>/s.exec(html) ?? [];
  const data = JSON.parse(json) as RunData;
  expect(data.tests, stdout + stderr).toHaveLength(2);
  expect(data.sessions).toHaveLength(2);
  expect(data.totals.leftRunning).toBeUndefined();
  const clips = data.tests.map(({ attempts }) => attempts[0]?.clip ?? 'none');
  expect((await readdir(join(project.folder, 'merged/data'))).sort()).toEqual(
    clips.map((clip) => clip.replace('data/', '')).sort(),
  );
});
