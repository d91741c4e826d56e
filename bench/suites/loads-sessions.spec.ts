/** A page of 20 requests, loaded again and again: the times are printed, for the benchmark to read. */
import { expect, test } from 'sessionwright';

/** Loads that are measured; those before them warm up. */
const LOADS = 40;
const WARM_UP = 5;

test('loads a page of 20 requests', async ({ page }) => {
  test.setTimeout(120_000);
  for (let load = -WARM_UP; load < LOADS; load += 1) {
    const startedAt = performance.now();
    await page.goto(`/twenty?${load}`);
    await expect(page).toHaveTitle('20 requests');
    if (load >= 0) console.log(`LOAD ${performance.now() - startedAt}`);
  }
});
