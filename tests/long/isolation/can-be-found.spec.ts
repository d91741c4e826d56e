/** Each look for a leak can fail: where nothing separates it from what was left, it does. Runs with plain Playwright. */
import { leaks } from './leaks/index';
import { isPossible } from './leaks/leak';
import { expect, test } from './side';

/** What is there is found at once, in milliseconds. */
const QUICK_MS = 1_500;

for (const leak of leaks) {
  test(`what is left of ${leak.title} is found`, async ({
    page,
    context,
    browser,
    playwright,
  }, testInfo) => {
    test.skip(leak.isForOthers === true, 'only other pages could find it');
    test.skip(!isPossible(leak, { page, context }), 'Playwright lacks it');
    context.setDefaultTimeout(QUICK_MS);
    const quick = expect.configure({ timeout: QUICK_MS });
    const side = { page, context, browser, playwright, expect: quick, testInfo };
    await leak.leaves(side);
    await expect(leak.finds(side)).rejects.toThrow();
  });
}
