/** Makes a test of one half of a leak. */
import { isPossible, type Leak } from './leaks/leak';
import { expect, keepsState, test } from './side';

/** Declares the test. It is skipped where state is kept on purpose, and with a Playwright that lacks what it is about. */
export function declare(title: string, leak: Leak, half: Leak['leaves' | 'finds']): void {
  test(title, async ({ page, context, browser, playwright }, testInfo) => {
    test.skip(keepsState && leak.isState === true, 'is kept');
    test.skip(!isPossible(leak, { page, context }), 'Playwright lacks it');
    await half({ page, context, browser, playwright, expect, testInfo });
  });
}
