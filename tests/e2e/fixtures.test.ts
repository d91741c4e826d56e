/** What tests get and say: recordings, cookies, no session with another browser than Chromium, refused options. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { baseFolder } from '../../src/host/run-folder';
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

describe('recordings', () => {
  test("follow Playwright's video option, our recording option, and options of a file", async () => {
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

  test('are restored in the next test and run, and parallel workers lose none', async () => {
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
  test('is only for tests that request it: Playwright launches Firefox and WebKit, without a folder for session files', async () => {
    project = await create(
      `{ browserName: 'firefox' }`,
      `test('no browser', async ({}) => {}); test('no session', async ({ session }) => { void session; });`,
    );
    const taken = join(project.temp, basename(baseFolder()));
    await writeFile(taken, 'a file where the folder should be');
    const { output, report } = await project.run();
    await rm(taken);
    expect(output.match(/sessions are Chromium; firefox is launched by Playwright/g)).toHaveLength(
      1,
    );
    expect(resultOf(report, 'no browser').status).toBe('passed');
    expect(resultOf(report, 'no session').error?.message).toContain(
      'Playwright launches its browser',
    );
  });

  test('is only for files that request it: a file with Firefox gets a message', async () => {
    project = await create(
      `{}`,
      `test.use({ browserName: 'firefox' }); test('no browser', async ({}) => {});`,
    );
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('sessions are Chromium; firefox is launched by Playwright');
  });
});

describe('errors', () => {
  const TEST = `test('never runs', async ({ page }) => { await page.setContent('x'); });`;

  test.each([
    [
      `{ sessionOptions: { idleTimeout: 5_940_000 } }`,
      /use\.sessionOptions\.idleTimeout.*1800000, got 5940000/,
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

  test('a mistyped option, without withSessions: reported once, with parallel workers too', async () => {
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 2, retries: 1, fullyParallel: true, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { sessionOptions: { headles: true } } };`,
      'a.spec.ts': `import { test } from 'sessionwright'; for (const n of [1, 2, 3, 4, 5, 6]) test('never runs ' + n, async ({ page }) => { await page.setContent('x'); });`,
    });
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(1);
    expect(output).toMatch(/use\.sessionOptions\.headles.*headless/);
    expect(report?.stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 5 });
  }); // what else is refused so is tried in `tests/long`

  test('an unreachable API', async () => {
    project = await create(
      `{ sessionOptions: { apiUrl: 'http://127.0.0.1:9', apiKey: 'k-secret-1', startTimeout: 2000 } }`,
      TEST,
    );
    const { exitCode, output, report } = await project.run();
    expect(exitCode).toBe(1);
    expect(output).toContain('http://127.0.0.1:9');
    expect(JSON.stringify(report) + output).not.toContain('k-secret-1');
  });
});
