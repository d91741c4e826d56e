/** Fewer sessions than workers: a suite is slower, and no test fails by it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { leavesNothing } from './support/leaves-nothing';
import { failedOf, Project } from './support/project';
import { serve } from './support/serve-process';
import { handOvers, sharingConfig, threeFiles } from './support/sharing-suite';

let project: Project | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

test('three workers share the one session that a server gives', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sw-fewer-'));
  const server = await serve(['--max-sessions', '1', '--data-dir', join(folder, 'data')], {
    XDG_CACHE_HOME: folder,
  });
  try {
    project = await Project.create(
      { 'playwright.config.ts': sharingConfig({}), ...threeFiles() },
      { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
    );
    const { exitCode, output, report } = await project.run();
    expect(failedOf(report), output).toEqual([]);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/1 session, 12 tests, 12 clips, .*left running: nothing/);
    expect(output).not.toContain('may be left');
    expect(handOvers(report)).toBeGreaterThan(3);
    const { body } = await server.call('GET', '/sessions?only_active=true');
    expect(body['items']).toEqual([]);
  } finally {
    await server.end('SIGTERM');
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});
