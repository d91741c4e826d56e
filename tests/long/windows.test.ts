/** Sessions that somebody watches: `--headed` and `--debug`, with and without a display. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { type Display, isInstalled, startDisplay } from '../e2e/support/display';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';

const FILES = {
  'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, reporter: 'line' });`,
  'a.spec.ts': `import { test, expect } from 'sessionwright';
    test('looks at itself', async ({ page }) => {
      await page.setContent('<h1>Here</h1>');
      console.log('AGENT ' + (await page.evaluate(() => navigator.userAgent + ' FRAME ' + (outerHeight - innerHeight))));
      await expect(page.locator('h1')).toHaveText('Here');
    });`,
};
const NO_DISPLAY = { DISPLAY: '', WAYLAND_DISPLAY: '' };

let project: Project;
let display: Display | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
  display?.close();
  display = undefined;
});

describe.skipIf(process.platform !== 'linux')('without a display', () => {
  test('--headed runs without a window, and prints that once', async () => {
    project = await Project.create(FILES, NO_DISPLAY);
    const { exitCode, output } = await project.run(['--headed']);
    expect(exitCode, output).toBe(0);
    expect(output).toContain('HeadlessChrome');
    expect(output.match(/sessionwright: There is no display/g)).toHaveLength(1);
  });

  test('--debug reports that its Inspector needs a display', async () => {
    project = await Project.create(FILES, NO_DISPLAY);
    const { exitCode, output } = await project.run(['--debug']);
    expect(exitCode).toBe(1);
    expect(output).toContain('without having a XServer running');
  });
});

describe.skipIf(!isInstalled('Xvfb'))('on a display', () => {
  test('--headed shows the session in a window', async () => {
    project = await Project.create(FILES, { WAYLAND_DISPLAY: '', DISPLAY: await openDisplay() });
    const { exitCode, output } = await project.run(['--headed']);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/AGENT .* Chrome\/\d+.* FRAME [1-9]/);
    expect(output).not.toContain('HeadlessChrome');
  });

  const PAUSED = {
    ...FILES,
    'a.spec.ts': `import { test } from 'sessionwright'; test('stops', async ({ page }) => { await page.pause(); console.log('AGENT'); });`,
  };

  test.each([
    ['--debug', FILES, ['--debug'], {}],
    ['PWDEBUG', FILES, [], { PWDEBUG: '1' }],
    ['page.pause() with --headed', PAUSED, ['--headed'], {}],
  ])(
    "%s opens Playwright's Inspector in the Chromium that is there, and waits",
    async (_, files, args, env) => {
      project = await Project.create(files, {
        ...env,
        WAYLAND_DISPLAY: '',
        DISPLAY: await openDisplay(),
        PLAYWRIGHT_BROWSERS_PATH: '/nowhere',
      });
      const run = project.start(args);
      try {
        await eventually(
          () => {
            expect(run.child.exitCode, run.output).toBeNull();
            expect(profilesOfPlaywright(), run.output).toHaveLength(1);
          },
          { timeout: 180_000, interval: 200 },
        );
        expect(run.output).not.toContain('AGENT');
      } finally {
        if (run.child.exitCode === null) run.interrupt();
        await run.result();
        await removeSocketFolders();
      }
    },
  );
});

/** Playwright kills its Inspector with the run, and then that Chromium leaves the folder of its socket, as it does without us. */
async function removeSocketFolders(): Promise<void> {
  const names = project.leftovers().files.filter((name) => name.startsWith('org.chromium.'));
  await Promise.all(names.map((name) => rm(join(project.temp, name), { recursive: true })));
}

/** Profiles of browsers that Playwright itself has launched: the window of its Inspector is one. */
function profilesOfPlaywright(): string[] {
  return project.leftovers().files.filter((name) => name.includes('chromiumdev_profile'));
}

async function openDisplay(): Promise<string> {
  display = await startDisplay();
  return display.name;
}
