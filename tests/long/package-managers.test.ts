/** The package in projects that other package managers than npm have installed. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { packTarball, PackedProject } from '../e2e/support/packed-project';

/** Each is fetched from the registry first. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const FILES = {
  'playwright.config.ts': `
    import { defineConfig } from '@playwright/test';
    import { withSessions } from 'sessionwright/config';
    export default defineConfig(withSessions({ reporter: 'line' }));`,
  'a.spec.ts': `
    import { test, expect } from 'sessionwright';
    test('runs on a session', async ({ page, session }) => {
      await page.setContent('<h1>Hello</h1>');
      await expect(page.getByRole('heading')).toHaveText('Hello');
      expect((await session.status()).status).toBe('active');
    });`,
  'yarn.lock': '', // else Yarn would look for a project around this one
};

let tarball: Awaited<ReturnType<typeof packTarball>>;
let project: PackedProject | undefined;
beforeAll(async () => void (tarball = await packTarball()));
afterAll(() => tarball.remove());
afterEach(async () => project?.remove());

test.each([
  ['pnpm@9', ['add', '-D'], ['exec', 'playwright', 'test']],
  ['yarn@1', ['add', '-D'], ['playwright', 'test']],
  ['@yarnpkg/cli-dist@4', ['add', '-D'], ['playwright', 'test']], // by Plug'n'Play: there is no node_modules
])('%s', async (manager, add, run) => {
  const command = ['npx', '--yes', manager];
  project = await PackedProject.create({
    tarball: tarball.path,
    type: 'module',
    files: FILES,
    install: [...command, ...add],
  });
  const [npx = '', ...args] = command;
  const { exitCode, output } = await project.run(npx, [...args, ...run]);
  expect(output).toContain('1 passed');
  expect(output).toContain('sessionwright: 1 session, 1 test, 1 clip');
  expect(exitCode, output).toBe(0);
});
