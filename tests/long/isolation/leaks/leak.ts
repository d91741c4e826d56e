/** What a leak is made of: a test that leaves something behind, and one that looks for it. */
import type {
  Browser,
  BrowserContext,
  expect as playwrightExpect,
  Page,
  PlaywrightWorkerArgs,
  TestInfo,
} from '@playwright/test';

/** What both functions of a leak get. */
export interface Side {
  page: Page;
  context: BrowserContext;
  browser: Browser;
  playwright: PlaywrightWorkerArgs['playwright'];
  expect: typeof playwrightExpect;
  testInfo: TestInfo;
}

/** One thing that a test can leave behind. */
export interface Leak {
  title: string;
  /** The members of Page and BrowserContext that it covers. */
  covers: string[];
  /** State that `keepState: true` keeps. */
  isState?: true;
  /** Its own page leaves it behind by going elsewhere: only other pages could find it. */
  isForOthers?: true;
  leaves: (side: Side) => Promise<unknown>;
  finds: (side: Side) => Promise<void>;
}

/** Whether this Playwright has what a leak is made of: older ones lack some. */
export function isPossible(
  { covers }: Leak,
  { page, context }: Pick<Side, 'page' | 'context'>,
): boolean {
  return covers.every((name) => {
    const [type, member] = name.split('.');
    return (member ?? '').startsWith('[') || (member ?? '') in (type === 'Page' ? page : context);
  });
}
