/** A suite of several workers whose tests leave what the next one on the same session must not find. */
import type { JSONReport } from '@playwright/test/reporter';
import { resultsOf } from './project';

/** A page that takes its time: half a second, until its text is "5". */
const PAGE =
  "<title>Site</title><p>0</p><script>const p = document.querySelector('p'); const timer = setInterval(() => ++p.textContent < 5 || clearInterval(timer), 100)</script>";

/** A file with four tests. @param workers - so many workers of such files are there before its first test goes on, however slowly each comes */
export const sharingFile = (name: string, workers = 1): string => `
  import { readdirSync, writeFileSync } from 'node:fs';
  import { test, expect } from 'sessionwright';
  test.beforeAll(() => writeFileSync('worker-' + process.pid, ''));
  for (let index = 0; index < 4; index++)
    test(\`${name} \${index}\`, async ({ page, context }) => {
      await expect.poll(() => readdirSync('.').filter((it) => it.startsWith('worker-')).length, { timeout: 120_000 }).toBeGreaterThanOrEqual(${workers});
      expect(await context.cookies()).toEqual([]);
      await page.route('https://site.test/', (route) => route.fulfill({ contentType: 'text/html', body: ${JSON.stringify(PAGE)} }));
      await page.goto('https://site.test/');
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await page.evaluate(() => localStorage.setItem('left', '1'));
      await context.addCookies([{ name: 'left', value: '1', url: 'https://site.test' }]);
      await expect(page.locator('p')).toHaveText('5', { timeout: 60_000 });
      expect(context.pages()).toHaveLength(1);
    });`;

/** Three files, one for each worker. @param workers - as of {@link sharingFile} */
export const threeFiles = (workers = 3): Record<string, string> => ({
  'a.spec.ts': sharingFile('a', workers),
  'b.spec.ts': sharingFile('b', workers),
  'c.spec.ts': sharingFile('c', workers),
});

/** The configuration of a suite with three workers. @param more - further fields, as text */
export const sharingConfig = (use: object, more = 'timeout: 180_000'): string => `
  import { withSessions } from 'sessionwright/config';
  export default withSessions({ workers: 3, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${JSON.stringify(use)}, ${more} });`;

/** How often tests of another worker than before came, in the order of their begin. */
export function handOvers(report: JSONReport | undefined): number {
  const workers = [...resultsOf(report).values()]
    .flat()
    .sort((one, other) => one.startTime.localeCompare(other.startTime))
    .map(({ workerIndex }) => workerIndex);
  return workers.filter((worker, at) => at > 0 && worker !== workers[at - 1]).length;
}
