/** Each look for a leak can fail: where nothing separates it from what was left, it does. Runs with plain Playwright. */
import { leaks } from './leaks/index';
import { isPossible, type Leak } from './leaks/leak';
import { expect, test } from './side';

/** What is there is found at once, in milliseconds. Only the look is hurried: what a test leaves, it leaves also on a busy machine. */
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
    const side = { page, context, browser, playwright, testInfo };
    await leak.leaves({ ...side, expect });
    if (!isTimeLimit(leak)) context.setDefaultTimeout(QUICK_MS);
    const quick = expect.configure({ timeout: QUICK_MS });
    await expect(leak.finds({ ...side, expect: quick })).rejects.toThrow();
  });
}

/** What was left would be overwritten. */
function isTimeLimit({ covers }: Leak): boolean {
  return covers.some((name) => /\.setDefault.*Timeout$/.test(name));
}
