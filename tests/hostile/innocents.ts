/** Team A: an ordinary suite that runs over and over on four sessions of the attacked server. */
import { Project, failedOf, resultsOf } from '../e2e/support/project';

/** Sessions of team A at once. */
const WORKERS = 4;

const SPEC = `
import { test, expect } from 'sessionwright';

const FORM = '<title>Shop</title><label>Name <input></label><button onclick="document.querySelector(\\'output\\').value = document.querySelector(\\'input\\').value">Say</button><output></output>';
for (let n = 0; n < 8; n++) {
  test('a form, ' + n, async ({ page }) => {
    await page.setContent(FORM);
    for (let round = 0; round < 3; round++) {
      await page.getByLabel('Name').fill('Ada ' + round);
      await page.getByRole('button', { name: 'Say' }).click();
      await expect(page.locator('output')).toHaveText('Ada ' + round);
    }
  });
  test('a shop with an API, ' + n, async ({ page, context }) => {
    await context.addCookies([{ name: 'user', value: 'a' + n, domain: 'shop.test', path: '/' }]);
    await page.route('http://shop.test/**', async (route) =>
      route.request().url().endsWith('/api')
        ? route.fulfill({ json: { items: [1, 2, 3], cookie: (await route.request().allHeaders())['cookie'] } })
        : route.fulfill({ contentType: 'text/html', body: '<ul></ul><script>fetch("/api").then((r) => r.json()).then((it) => { console.log("loaded"); for (const i of it.items) document.querySelector("ul").innerHTML += "<li>" + it.cookie + i; })</script>' }));
    await page.goto('http://shop.test/');
    await expect(page.getByRole('listitem')).toHaveCount(3);
    await expect(page.getByRole('listitem').first()).toHaveText('user=a' + n + '1');
    expect((await page.screenshot()).length).toBeGreaterThan(500);
  });
}
`;

/** How one run of the suite went. */
export interface SuiteRun {
  fromMs: number;
  tookMs: number;
  /** Failed tests and errors, each in words. */
  failures: string[];
  tests: number;
}

/** The suite, ready to run. */
export class Innocents {
  readonly #project: Project;

  private constructor(project: Project) {
    this.#project = project;
  }

  static async create(url: string, key: string): Promise<Innocents> {
    const project = await Project.create(
      {
        'playwright.config.ts': `
          import { withSessions } from 'sessionwright/config';
          export default withSessions({ workers: ${WORKERS}, fullyParallel: true, timeout: 60000, expect: { timeout: 20000 },
            reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
        'suite.spec.ts': SPEC,
      },
      { NOTTE_API_URL: url, NOTTE_API_KEY: key },
    );
    return new Innocents(project);
  }

  /** Runs the suite once; ends it early when the signal aborts, and returns nothing then. */
  async run(signal: AbortSignal): Promise<SuiteRun | undefined> {
    const [fromMs, beganMs] = [Date.now(), performance.now()];
    const run = this.#project.start();
    const end = (): void => run.interrupt();
    signal.addEventListener('abort', end);
    const { report, exitCode, output } = await run.result();
    signal.removeEventListener('abort', end);
    if (signal.aborted) return undefined;
    const failures = failedOf(report);
    if (exitCode !== 0 && failures.length === 0) failures.push(output.slice(-2_000));
    const tests = resultsOf(report).size;
    return { fromMs, tookMs: performance.now() - beganMs, failures, tests };
  }

  async remove(): Promise<void> {
    await this.#project.remove();
  }
}
