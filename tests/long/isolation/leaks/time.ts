/** Time limits and clocks. */
import type { Page } from '@playwright/test';
import type { Leak } from './leak';

const clockLeak = (title: string, leaves: (clock: Page['clock']) => Promise<unknown>): Leak => ({
  title,
  covers: ['Page.clock', 'BrowserContext.clock'],
  leaves: async ({ page }) => {
    await page.goto('/');
    await leaves(page.clock);
  },
  finds: async ({ page, expect }) => {
    await page.goto('/');
    const now = await page.evaluate(() => Date.now());
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(
      await page.evaluate(
        () => new Promise((done) => setTimeout(() => done(performance.now() > 0), 1)),
      ),
    ).toBe(true);
    expect(await page.evaluate(() => '__pwClock' in globalThis)).toBe(false);
  },
});

export const timeLeaks: Leak[] = [
  {
    title: 'time limits of the context',
    covers: ['setDefaultTimeout', 'setDefaultNavigationTimeout'].map(
      (it) => `BrowserContext.${it}`,
    ),
    leaves: async ({ context }) => {
      context.setDefaultTimeout(1);
      context.setDefaultNavigationTimeout(1);
    },
    finds: async ({ page }) => {
      await page.goto('/slow');
      await page.goto('/late');
      await page.getByText('Late').click();
    },
  },
  {
    title: 'time limits of the page',
    covers: ['Page.setDefaultTimeout', 'Page.setDefaultNavigationTimeout'],
    leaves: async ({ page }) => {
      page.setDefaultTimeout(1);
      page.setDefaultNavigationTimeout(1);
    },
    finds: async ({ page }) => {
      await page.goto('/slow');
      await page.goto('/late');
      await page.getByText('Late').click();
    },
  },
  clockLeak('a clock that was moved and paused', async (clock) => {
    await clock.install({ time: '2020-01-01' });
    await clock.fastForward(1000);
    await clock.runFor(1000);
    await clock.pauseAt('2020-02-02');
  }),
  clockLeak('a clock that goes on', async (clock) => {
    await clock.pauseAt('2040-02-02');
    await clock.resume();
  }),
  clockLeak('a fixed time', async (clock) => {
    await clock.setSystemTime('2020-01-01');
    await clock.setFixedTime('2020-01-01');
  }),
];
