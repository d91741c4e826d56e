/** A run whose own disk is full for a while: its session is recorded again as soon as there is room. Where this user may not mount a small disk, nothing is tried. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startSessionServer } from '../../src/server/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultOf, type RunResult } from '../e2e/support/project';
import { openPictureViewer } from '../integration/recording/pictures';
import { canMount, SmallDisk } from '../small-disk';

const DISK_BYTES = 512 * 1024 * 1024;

let project: Project | undefined;
let disk: SmallDisk | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await disk?.unmount();
  await project?.remove();
});

const SPEC = `
import { existsSync } from 'node:fs';
import { test, expect } from 'sessionwright';

// A page of one colour that moves as long as it is looked at.
const show = (page, colour) => page.setContent(
  '<body style="background: ' + colour + '"><output>0</output><script>let n = 0; setInterval(() => document.querySelector("output").value = ++n, 100)</script>');
const moves = async (page) => {
  const output = page.locator('output');
  const before = Number(await output.textContent());
  await expect(async () => expect(Number(await output.textContent())).toBeGreaterThan(before + 30)).toPass();
};
const told = (what) => expect(() => expect(existsSync(what)).toBe(true)).toPass();

test('meets a full disk', async ({ page }) => {
  await show(page, 'blue');
  console.log('FILL.');
  await told('full');
  await moves(page);
  console.log('FREE.');
  await told('free');
});
test('comes later', async ({ page }) => {
  await show(page, 'red');
  await moves(page);
});`;

test.skipIf(!canMount())(
  'pictures are missing as long as it is full, which the summary says, and the next clip is whole',
  async () => {
    const server = await startSessionServer(); // its browsers and their files are elsewhere
    try {
      const { report, output } = await runOnSmallDisk({
        NOTTE_API_URL: server.url,
        NOTTE_API_KEY: server.apiKey,
      });
      expect(failedOf(report), output).toEqual([]);
      expect(output).toContain('1 session, 2 tests, 2 clips');
      expect(output).toMatch(/Pictures are missing in \S*meets-a-full-disk\S*video\.mp4: /);
      const clip = resultOf(report, 'comes later').attachments.find(({ name }) => name === 'video');
      expect(await colourOf(await readFile(clip?.path ?? ''))).toBe('red');
    } finally {
      await server.close();
    }
  },
);

async function runOnSmallDisk(env: Record<string, string>): Promise<RunResult> {
  project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, timeout: 240_000, expect: { timeout: 120_000 }, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': SPEC,
    },
    env,
  );
  disk = await SmallDisk.mount(project.temp, DISK_BYTES);
  const run = project.start();
  await run.printed(/FILL\./);
  await disk.fill();
  await writeFile(join(project.folder, 'full'), '');
  await run.printed(/FREE\./);
  await disk.free();
  await writeFile(join(project.folder, 'free'), '');
  return run.result();
}

/** In the middle of its middle. */
async function colourOf(mp4: Buffer): Promise<string> {
  const viewer = await openPictureViewer();
  try {
    const { durationMs } = await viewer.play(mp4);
    const { colours } = await viewer.play(mp4, [durationMs / 2]);
    return colours.join();
  } finally {
    await viewer.close();
  }
}
