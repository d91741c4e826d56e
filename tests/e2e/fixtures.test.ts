/** What tests get and say: recordings, cookies, the session object, replacement of a dead session, refused options. */
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { cookie } from './support/cookie';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultOf, resultsOf, shownAttachments } from './support/project';

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

/** A project with one worker, whose `use` is given as source text. */
async function create(
  use: string,
  spec: string,
  more: { config?: string; files?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<Project> {
  return Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${use}, ${more.config ?? ''} });`,
      'a.spec.ts': `import { test, expect } from 'sessionwright';\n${spec}`,
      ...more.files,
    },
    more.env,
  );
}

const VISITS = `
  test.beforeEach(async ({ context }) => {
    await context.route('http://site.test/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Site</title>' }));
  });`;

describe('recordings', () => {
  test("are made by Playwright's video mode, by recording, which says more, and by what a file says", async () => {
    const tests = (name: string): string => `
      import { test, expect } from 'sessionwright';
      test('${name}: passes', async ({ page }) => { await page.setContent('<h1>Fine</h1>'); });
      test('${name}: fails', async ({ page }) => { await page.setContent('<h1>Broken</h1>'); expect(1).toBe(2); });`;
    const projects = {
      video: { video: 'retain-on-failure' },
      recording: { video: 'on', recording: 'off' },
      file: {},
      part: { recording: 'off' },
    };
    project = await Project.create({
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], projects: ${JSON.stringify(
          Object.entries(projects).map(([name, use]) => ({
            name,
            use,
            testMatch: `${name}.spec.ts`,
          })),
        )} });`,
      'video.spec.ts': tests('video'),
      'recording.spec.ts': tests('recording'),
      'file.spec.ts': tests('file').replace(
        "'sessionwright';",
        "'sessionwright'; test.use({ video: 'off' });",
      ),
      'part.spec.ts': `
        import { test } from 'sessionwright';
        test.describe('recorded', () => { test.use({ recording: { mode: 'on', size: { width: 320, height: 240 } } }); test('part', async ({ page }) => { await page.setContent('<h1>One</h1>'); }); });`,
    });
    const { output, report } = await project.run();
    const recorded = [...resultsOf(report)].flatMap(([title, [result]]) => {
      const video = result?.attachments.find((it) => it.name === 'video');
      if (video)
        expect([video.contentType, existsSync(video.path ?? '')]).toEqual(['video/mp4', true]);
      return video ? [title] : [];
    });
    expect(recorded.sort(), output).toEqual(['part', 'video: fails']);
    expect(resultsOf(report).size).toBe(7);
    expect(shownAttachments(resultOf(report, 'part'))).toEqual(['video']);
    expect(output).toContain('2 clips');
    expect(output).not.toContain('ffmpeg'); // Playwright's own recorder is never started
  });
});

describe('cookies', () => {
  const NAMES = `(await context.cookies()).map((it) => it.name).sort()`;

  test('are there in the next test and the next run, and parallel workers lose none', async () => {
    project = await create(
      `{ cookieFile: 'jar/cookies.json' }`,
      `for (const n of [1, 2, 3, 4, 5, 6]) test('sets ' + n, async ({ context }) => {
        await context.addCookies([{ name: 'c' + n, value: String(n), domain: 'site.test', path: '/' }]);
      });
      test('finds them @later', async ({ context }) => { expect(${NAMES}).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'first']); });`,
      {
        config: 'fullyParallel: true, workers: 2',
        files: { 'jar/cookies.json': `[${cookie('first')}]` },
      },
    );
    const first = await project.run(['--grep-invert', '@later']);
    expect(first.exitCode, first.output).toBe(0);
    const second = await project.run(['--grep', '@later']);
    expect(second.exitCode, second.output).toBe(0);
    const saved = JSON.parse(await project.read('jar/cookies.json')) as {
      name: string;
      expires: number;
      expirationDate: number;
      httpOnly: boolean;
    }[];
    expect(saved.map((it) => it.name).sort()).toEqual([
      'c1',
      'c2',
      'c3',
      'c4',
      'c5',
      'c6',
      'first',
    ]);
    for (const it of saved) expect(it.expirationDate).toBe(it.expires);
  });
});

describe('the session', () => {
  test('is named on each test, answers through its API, whose calls are steps; a second one is stopped too, and leaves no file', async () => {
    project = await create(
      `{ trace: 'on' }`,
      `test('uses it', async ({ session, page }) => {
        expect((await session.status()).status).toBe('active');
        await page.setContent('<h1>Mine</h1>');
        const other = await session.client.start();
        const second = await other.page();
        await second.setContent('<h1>Yours</h1>');
        await expect(second.locator('h1')).toHaveText('Yours');
        expect(other.id).not.toBe(session.id);
        console.log('NOT STOPPED ' + other.id);
      });
      test('uses two', async ({ session }) => {
        await using other = await session.client.start();
        await (await other.page()).setContent('<h1>Yours</h1>');
      });
      test('acts', async ({ session, page }) => {
        await page.setContent('<label>Code <input type="password"></label>');
        await session.execute({ type: 'fill', selector: 'input', value: 'typed-secret' });
        await session.observe();
        await expect(page.locator('input')).toHaveValue('typed-secret');
      });`,
    );
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(0);
    const annotations = resultOf(report, 'uses it').annotations;
    expect(annotations.find((it) => it.type === 'session')?.description).toMatch(/^[0-9a-f-]{36}$/);
    expect(output).toContain('3 sessions, 2 tests'); // one of them uses only another one
    const titles = resultOf(report, 'acts').steps?.map(({ title }) => title) ?? [];
    expect(titles).toEqual(expect.arrayContaining(['Session fill input', 'Session observe']));
    expect(titles.join()).not.toContain('typed-secret');
  });

  test('that died is replaced before a hook uses it, in a later file of the same worker', async () => {
    const hooked = (name: string) => `import { test, expect, type Page } from 'sessionwright';
      let page: Page;
      test.beforeAll(async ({ browser }) => {
        page = await browser.newPage();
        await page.setContent('<h1>Ready</h1>');
      });
      test('${name}', async ({ session }) => {
        await expect(page.locator('h1')).toHaveText('Ready');
        await session.stop();
      });
      test.afterAll(() => page.close().catch(() => undefined));`;
    project = await create(
      `{ recording: 'off' }`,
      `test('ends it', async ({ page, session }) => {
        await page.setContent('<h1>Bye</h1>');
        await session.stop();
      });`,
      {
        files: {
          'b.spec.ts': hooked('uses the page of its hook'),
          'c.spec.ts': hooked('and another one'),
          'd.spec.ts': `import { test, expect } from 'sessionwright';
            let text: unknown;
            test.beforeAll(async ({ session }) => {
              await session.execute({ type: 'goto', url: 'data:text/html,<h1>Hook</h1>' });
              text = (await session.scrape()).markdown;
            });
            test('uses what its hook has read', () => expect(text).toContain('Hook'));`,
        },
      },
    );
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('4 sessions, 3 tests');
  });

  test('that died or was stopped is replaced before the next test, in the same worker, also when that uses no page', async () => {
    project = await create(
      `{}`,
      `let first: string; let sameBrowser: unknown; let worker: number;
      test('kills it after its work', async ({ page, session, browser }, testInfo) => {
        first = session.id; sameBrowser = browser; worker = testInfo.workerIndex;
        await page.setContent('<h1>One</h1>');
        const gone = new Promise((resolve) => browser.once('disconnected', resolve));
        const cdp = await browser.newBrowserCDPSession();
        await page.close();
        await cdp.send('Browser.crash').catch(() => undefined);
        await gone;
      });
      test('gets another one', async ({ page, browser, context }, testInfo) => {
        expect(testInfo.workerIndex).toBe(worker);
        expect(browser).toBe(sameBrowser);
        await page.setContent('<h1>Two</h1>');
        await expect(page.locator('h1')).toHaveText('Two');
        expect(browser.contexts()).toContain(context);
        expect(testInfo.annotations.find((it) => it.type === 'session')?.description).not.toBe(first);
      });
      test('stops it', async ({ session, page }, testInfo) => {
        first = session.id;
        await page.setContent('<h1>Three</h1>');
        expect((await session.stop()).status).toBe('closed');
        expect((await session.status()).status).toBe('closed');
      });
      test('uses no page', async ({ session }, testInfo) => {
        expect(testInfo.workerIndex).toBe(worker);
        expect((await session.status()).status).toBe('active');
        expect(session.id).not.toBe(first);
        const { success } = await session.execute({ type: 'evaluate_js', code: 'document.title = "Two"' });
        expect(success).toBe(true);
        expect(testInfo.annotations.filter((it) => it.type === 'session').map((it) => it.description)).toEqual([session.id]);
      });
      test('uses both', async ({ session, page }, testInfo) => {
        await page.setContent('<h1>Five</h1>');
        expect(testInfo.annotations.find((it) => it.type === 'session')?.description).toBe(session.id);
        expect((await session.status()).status).toBe('active');
      });`,
    );
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('3 sessions, 5 tests');
    expect(resultOf(report, 'uses no page').attachments.map((it) => it.name)).toContain('video');
  });

  test("works on the test's own page, whatever was opened through it before; a stop spoils no test in the session's own context", async () => {
    project = await create(
      `{ screenshot: 'on' }`,
      `${VISITS}
      test.beforeAll(async ({ session }) => { await session.execute({ type: 'evaluate_js', code: 'document.title = "left over"' }); });
      test('has one page', async ({ page, session }) => {
        await page.goto('http://site.test/one');
        expect((await session.observe()).tabs.map(({ url }) => url)).toEqual(['http://site.test/one']);
      });
      test('has two', async ({ page, context, session }) => {
        await page.goto('http://site.test/first');
        await (await context.newPage()).goto('http://site.test/second');
        expect((await session.observe()).url).toBe('http://site.test/first');
        await session.execute({ type: 'switch_tab', tabIndex: 1 });
        expect((await session.observe()).url).toBe('http://site.test/second');
      });
      test.describe('in the own context', () => {
        test.use({ isolation: 'session' });
        test('is stopped', async ({ page, session }) => {
          await page.goto('http://site.test/');
          expect((await session.observe()).url).toBe('http://site.test/');
          await session.stop();
        });
        test('goes on', async ({ page, session }) => {
          await page.goto('http://site.test/again');
          expect((await session.observe()).url).toBe('http://site.test/again');
        });
      });`,
    );
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(
      resultOf(report, 'has one page').attachments.filter((it) => it.name === 'screenshot'),
    ).toHaveLength(1);
  });

  test('is only for tests that ask: Firefox and WebKit are left to Playwright', async () => {
    project = await create(
      `{ browserName: 'firefox' }`,
      `test('no browser', async ({}) => {}); test('no session', async ({ session }) => { void session; });`,
    );
    const { output, report } = await project.run();
    expect(output.match(/sessions are Chromium; firefox is launched by Playwright/g)).toHaveLength(
      1,
    );
    expect(resultOf(report, 'no browser').status).toBe('passed');
    expect(resultOf(report, 'no session').error?.message).toContain('left to Playwright');
  });

  test('is only for files that ask, too: one that names Firefox is told of', async () => {
    project = await create(
      `{}`,
      `test.use({ browserName: 'firefox' }); test('no browser', async ({}) => {});`,
    );
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('sessions are Chromium; firefox is launched by Playwright');
  });
});

describe('what is refused', () => {
  const TEST = `test('never runs', async ({ page }) => { await page.setContent('x'); });`;

  test.each([
    [
      `{ sessionOptions: { idleTimeoutMinutes: 99 } }`,
      /use\.sessionOptions\.idleTimeoutMinutes.*30.*99/,
    ],
    [`{ recordings: 'on' }`, /use\.recordings.*recording/],
  ])('%s', async (use, message) => {
    project = await create(use, TEST);
    const { exitCode, output, report } = await project.run();
    expect(exitCode).toBe(1);
    expect(output).toMatch(message);
    expect(
      resultsOf(report)
        .get('never runs')
        ?.some((it) => it.status === 'passed') ?? false,
    ).toBe(false);
    expect(output).not.toMatch(/[1-9] sessions?/);
  });

  test('a mistyped option, by the import alone: once, whatever runs beside it', async () => {
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 2, retries: 1, fullyParallel: true, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { sessionOptions: { headles: true } } };`,
      'a.spec.ts': `import { test } from 'sessionwright'; for (const n of [1, 2, 3, 4, 5, 6]) test('never runs ' + n, async ({ page }) => { await page.setContent('x'); });`,
    });
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(1);
    expect(output).toMatch(/use\.sessionOptions\.headles.*headless/);
    expect(report?.stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 5 });
  }); // what else is refused so is tried in `tests/long`

  test('an API that is not there', async () => {
    project = await create(
      `{ sessionOptions: { apiUrl: 'http://127.0.0.1:9', apiKey: 'k-secret-1', startTimeoutMs: 2000 } }`,
      TEST,
    );
    const { exitCode, output, report } = await project.run();
    expect(exitCode).toBe(1);
    expect(output).toContain('http://127.0.0.1:9');
    expect(JSON.stringify(report) + output).not.toContain('k-secret-1');
  });
});
