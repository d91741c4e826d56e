/** Playwright's UI mode, in a browser: what a page looks like, while its test runs; and that each click is a run of its own. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, expect as playwrightExpect, type Browser } from '@playwright/test';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { leavesNothing } from './support/leaves-nothing';
import { Project } from './support/project';

/** Playwright's own limit is too short for a busy machine. */
const expectPage = playwrightExpect.configure({ timeout: 60_000 });

let project: Project;
let site: Server;
let browser: Browser;
/** The request by which a test waits, until it is answered. */
let held: Promise<ServerResponse>;

beforeEach(async () => {
  held = new Promise((arrived) => {
    site = createServer((request, response) => {
      if (request.url === '/hold') arrived(response);
      else response.setHeader('content-type', 'text/html').end('<h1>As it came</h1>');
    });
  });
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
  const { executablePath } = await findChromium();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
afterEach(async () => {
  await browser.close();
  site.closeAllConnections();
  site.close();
  await leavesNothing(project);
  await project.remove();
});

test.each(['context', 'session'])(
  'shows the DOM of each action live, with isolation %s',
  async (isolation) => {
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 1, use: { isolation: '${isolation}' } };`,
      'a.spec.ts': `import { test } from 'sessionwright';
        test('waits', async ({ page }) => {
          await page.goto('${url}/');
          await page.locator('h1').click();
          await page.locator('h1').evaluate((it) => { it.textContent = 'As the test made it'; });
          await page.locator('h1').click();
          await fetch('${url}/hold');
        });`,
    });
    const run = project.start(['--ui-host=127.0.0.1', '--ui-port=0']);
    try {
      const [, address = ''] = await run.printed(/Listening on (http:\S+)/);
      const ui = await browser.newPage();
      await ui.goto(address);
      const tests = ui.getByTestId('test-tree');
      await tests.getByText('a.spec.ts').click();
      await ui.getByTitle('Run all').click();
      await tests.getByText('waits').click();
      const response = await held;

      const clicks = ui.getByTestId('actions-tree').getByText('Click');
      await expectPage(clicks).toHaveCount(2);
      const heading = ui.frameLocator('iframe.snapshot-visible[name=snapshot]').locator('h1');
      for (const [n, text] of ['As it came', 'As the test made it'].entries()) {
        await clicks.nth(n).click();
        await expectPage(heading).toHaveText(text);
      }
      await expectPage(ui.locator('.source-line-running')).toContainText('.click()');
      await expectPage(ui.getByText('Running 0/1')).toBeVisible();

      response.end();
      await expectPage(ui.getByText('Passed', { exact: true })).toBeVisible();
    } finally {
      run.interrupt();
      await run.result();
    }
  },
);

test('each click is a separate run, with its own host', async () => {
  project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line']] });`,
      'a.spec.ts': `import { test } from 'sessionwright'; test('asks for nothing', () => {});`,
    },
    { PWTEST_DEBUG: '1' }, // what the run prints goes to the terminal then, not to the page
  );
  const run = project.start(['--ui-host=127.0.0.1', '--ui-port=0']);
  try {
    const [, address = ''] = await run.printed(/Listening on (http:\S+)/);
    const ui = await browser.newPage();
    await ui.goto(address);
    await ui.getByTestId('test-tree').getByText('a.spec.ts').click();
    for (const clicks of [1, 2]) {
      await ui.getByTitle('Run all').click();
      await run.printed(new RegExp(`(?:sessionwright: no test asked[^]*){${clicks}}`));
    }
    expect(run.output).not.toContain('was killed');
  } finally {
    run.interrupt();
    await run.result();
  }
});
