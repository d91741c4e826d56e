/** What goes on until somebody stops it. */
import { existsSync } from 'node:fs';
import type { Leak } from './leak';

export const recordingLeaks: Leak[] = [
  {
    // Of one that is complete nothing is to be found: the next test is to get its own.
    title: 'a download',
    covers: [],
    isForOthers: true,
    leaves: async ({ page }) => {
      await page.goto('/');
      await Promise.all([page.waitForEvent('download'), page.getByText('File').click()]);
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByText('File').click(),
      ]);
      expect(download.suggestedFilename()).toBe('file.txt');
      expect(existsSync(await download.path())).toBe(true);
    },
  },
  {
    title: 'a download that goes on',
    covers: [],
    leaves: async ({ page, expect }) => {
      await page.goto('/');
      await Promise.all([page.waitForEvent('download'), page.getByText('Endless').click()]);
      expect(await (await page.request.get('/downloads')).text()).toBe('1');
    },
    finds: async ({ page, expect }) => {
      await expect.poll(async () => (await page.request.get('/downloads')).text()).toBe('0');
    },
  },
  {
    title: 'a trace that runs, with a group that is open',
    covers: ['BrowserContext.tracing'],
    leaves: async ({ context }) => {
      await context.tracing.start({ screenshots: true, snapshots: true });
      await context.tracing.group('left open');
    },
    finds: async ({ page, context, testInfo, expect }) => {
      await context.tracing.start({ snapshots: true });
      await page.goto('/');
      const path = testInfo.outputPath('own.zip');
      await context.tracing.stop({ path });
      expect(existsSync(path)).toBe(true);
    },
  },
  {
    title: 'coverage',
    covers: ['Page.coverage'],
    leaves: async ({ page }) => {
      await page.coverage.startJSCoverage();
      await page.coverage.startCSSCoverage();
    },
    finds: async ({ page, expect }) => {
      await page.coverage.startJSCoverage();
      await page.goto('/late');
      expect(await page.coverage.stopJSCoverage()).toHaveLength(1);
    },
  },
  {
    title: 'passkeys',
    covers: ['BrowserContext.credentials'],
    leaves: async ({ context, page }) => {
      await context.credentials.install();
      await context.credentials.create('localhost');
      await page.goto('/');
    },
    finds: async ({ context, page, expect }) => {
      expect(await context.credentials.get()).toEqual([]);
      await page.goto('/');
      expect(
        await page.evaluate(() =>
          ['__pwWebAuthnInstalled', '__pwWebAuthnBinding'].filter((name) => name in globalThis),
        ),
      ).toEqual([]);
    },
  },
  {
    title: 'a screencast and what is drawn over the page',
    covers: ['Page.screencast', 'Page.video'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.screencast.start({ onFrame: () => undefined });
      await page.screencast.showOverlay('<b id="left">over</b>');
      await page.screencast.showActions();
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await page.screencast.start({ onFrame: () => undefined });
      await page.screencast.stop();
      expect(await page.locator('#left').count()).toBe(0);
    },
  },
];
