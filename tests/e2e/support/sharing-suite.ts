/** A suite of several workers whose tests leave what the next one on the same session must not find. */
import type { JSONReport } from '@playwright/test/reporter';
import { resultsOf } from './project';

/** A file with some tests. */
export const sharingFile = (name: string, count = 4): string => `
  import { test, expect } from 'sessionwright';
  for (let index = 0; index < ${count}; index++)
    test(\`${name} \${index}\`, async ({ page, context }) => {
      expect(await context.cookies()).toEqual([]);
      await page.route('https://site.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Site</title>' }));
      await page.goto('https://site.test/');
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await page.evaluate(() => localStorage.setItem('left', '1'));
      await context.addCookies([{ name: 'left', value: '1', url: 'https://site.test' }]);
      await page.waitForTimeout(500);
      expect(context.pages()).toHaveLength(1);
    });`;

/** Three files, one for each worker. */
export const THREE_FILES = {
  'a.spec.ts': sharingFile('a'),
  'b.spec.ts': sharingFile('b'),
  'c.spec.ts': sharingFile('c'),
};

/** The configuration of a suite with three workers. @param more - further fields, as text */
export const sharingConfig = (use: object, more = 'timeout: 20_000'): string => `
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
