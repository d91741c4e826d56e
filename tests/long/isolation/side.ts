/** What the suite runs on. Plain Playwright here; the runs on sessions have another file in this one's place. */
export { expect, test } from '@playwright/test';

export const keepsState: boolean = false;
