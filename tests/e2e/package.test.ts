/** The packed package in projects as users have them: installed by npm, as ES module and as CommonJS, with its types. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, posix, resolve } from 'node:path';
import type { JSONReport } from '@playwright/test/reporter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { packTarball, PackedProject } from './support/packed-project';
import { resultOf } from './support/project';

const ROOT = resolve(import.meta.dirname, '../..');

const CONFIG = `
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';

export default defineConfig(withSessions({ reporter: [['line'], ['json', { outputFile: 'report.json' }]] }));
`;

const SPEC = `
import { test, expect } from 'sessionwright';

test('runs on a session', async ({ page, session }) => {
  await page.setContent('<h1>Hello</h1>');
  await expect(page.getByRole('heading')).toHaveText('Hello');
  expect((await session.status()).status).toBe('active');
});
`;

/** What users may write, and what the types must refuse. */
const TYPES = `
import { defineConfig } from '@playwright/test';
import { test, expect, type Session, type SessionTestOptions, type SessionWorkerOptions } from 'sessionwright';
import { SessionsClient } from 'sessionwright/client';
import { withSessions } from 'sessionwright/config';
import { startSessionServer } from 'sessionwright/server';

test.use({ isolation: 'session', cookieFile: 'cookies.json', recording: { mode: 'on', fps: 10 }, locale: 'nb-NO', sessionOptions: { idleTimeoutMinutes: 5 } });
// @ts-expect-error: no such mode
test.use({ recording: 'sometimes' });
// @ts-expect-error: no such option
test.use({ sessionOptions: { idleMinutes: 5 } });

// @ts-expect-error: no fixture of a user's
test('sees no insides', ({ _testFlow }) => void _testFlow);

const own = test.extend<{ heading: string }>({ heading: async ({ page }, use) => use((await page.textContent('h1')) ?? '') });
own('mixes', async ({ heading, session }) => {
  const same: Session = session;
  expect(heading + same.id).toBeTruthy();
});

export const alone = defineConfig<SessionTestOptions, SessionWorkerOptions>({
  use: { cookieFile: 'cookies.json', sessionOptions: { headless: true } },
  projects: [{ name: 'own', use: { isolation: 'session' } }],
});
// @ts-expect-error: no such option
defineConfig<SessionTestOptions, SessionWorkerOptions>({ use: { cookieFiles: 'cookies.json' } });

export const config = withSessions({ testDir: 'tests' }, { headless: true });
export async function serve(): Promise<string> {
  const server = await startSessionServer({ port: 0 });
  await using session = await new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey }).start({ headless: true });
  await server.close();
  return session.id;
}
`;

let tarball: Awaited<ReturnType<typeof packTarball>>;
beforeAll(async () => {
  tarball = await packTarball();
});
afterAll(() => tarball.remove());

it('holds the build, the docs and the examples, and nothing else of the repository', () => {
  const folders = ['dist/', 'docs/', 'example-tests/'];
  const outside = tarball.files.filter((file) => !folders.some((it) => file.startsWith(it)));
  expect(outside.sort()).toEqual(['CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json']);
  expect(tarball.files.filter((file) => file.includes('results'))).toEqual([]);
});

it('has documents whose links lead to files of the package', async () => {
  const documents = tarball.files.filter((file) => file.endsWith('.md'));
  expect(documents).toContain('docs/options.md');
  const lost = await Promise.all(
    documents.map(async (name) => {
      const markdown = await readFile(join(ROOT, name), 'utf8');
      const links = [...markdown.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) =>
        posix.join(posix.dirname(name), to),
      );
      return links.filter(
        (to) => !tarball.files.some((it) => it === to || it.startsWith(`${to}/`)),
      );
    }),
  );
  expect(lost.flat()).toEqual([]);
});

it('has declarations that an editor loads quickly: they are small, and load Playwright and nothing else', async () => {
  const names = tarball.files.filter((file) => file.endsWith('.d.ts'));
  const texts = await Promise.all(names.map(async (name) => readFile(join(ROOT, name), 'utf8')));
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/^(?:im|ex)port .*'([^.'][^']*)';$/gm)].map(([, name = '']) => name),
  );
  expect(new Set(imported.filter((it) => !it.startsWith('node:')))).toEqual(
    new Set(['@playwright/test', '@playwright/test/reporter', 'playwright-core']),
  );
  expect(texts.join('').length).toBeLessThan(100_000);
});

describe.each([
  {
    type: 'module',
    resolutions: [
      { module: 'node16', moduleResolution: 'node16', skipLibCheck: false },
      { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true },
    ],
  },
  // A bundler takes the `import` side in both, so the first project has tried that.
  // `node10` knows no `exports`: it is what `"module": "commonjs"` still means in many a suite.
  {
    type: 'commonjs',
    resolutions: [
      { module: 'node16', moduleResolution: 'node16', skipLibCheck: false },
      { module: 'commonjs', moduleResolution: 'node10', skipLibCheck: true },
    ],
  },
] satisfies {
  type: 'module' | 'commonjs';
  resolutions: Parameters<PackedProject['typecheck']>[1][];
}[])('in a project of type $type', ({ type, resolutions }) => {
  let project: PackedProject;
  beforeAll(async () => {
    project = await PackedProject.create({
      tarball: tarball.path,
      type,
      files: { 'playwright.config.ts': CONFIG, 'first.spec.ts': SPEC, 'types.ts': TYPES },
    });
  });
  afterAll(() => project.remove());

  it('runs a test, with its recording in the report', async () => {
    const { exitCode, output } = await project.runPlaywright();
    expect(exitCode, output).toBe(0);
    const { attachments } = resultOf(
      await project.readJson<JSONReport>('report.json'),
      'runs on a session',
    );
    const clip = attachments.find((attachment) => attachment.name === 'video');
    expect(clip?.contentType).toBe('video/mp4');
    expect(existsSync(clip?.path ?? ''), output).toBe(true);
  });

  it.each(resolutions)('has types for $moduleResolution', async (resolution) => {
    const { exitCode, output } = await project.typecheck(
      ['types.ts', 'first.spec.ts', 'playwright.config.ts'],
      resolution,
    );
    expect(exitCode, output).toBe(0);
  });

  it('has a client that goes through the proxy of the environment', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = createServer(({ url }, response) => {
      seen.push(url);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not here"}');
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const load = type === 'module' ? 'await import' : 'require';
    const script = `(async () => {
      process.env.http_proxy = 'http://127.0.0.1:${(proxy.address() as AddressInfo).port}';
      const { SessionsClient } = ${load}('sessionwright/client');
      const client = new SessionsClient({ apiUrl: 'http://sessions.invalid', apiKey: 'key' });
      await client.status('a').catch((error) => console.log(error.name));
      await client.close();
    })();`;
    const { output } = await project.run(process.execPath, ['--eval', script]);
    proxy.close();
    expect(output.trim()).toBe('NotFoundError');
    expect(seen).toEqual(['http://sessions.invalid/sessions/a']);
  });

  it('has its command', async () => {
    const { exitCode, output } = await project.run('npx', [
      '--no-install',
      'sessionwright',
      '--help',
    ]);
    expect(exitCode, output).toBe(0);
    expect(output).toContain('serve');
    const installed = await project.run('npx', ['--no-install', 'sessionwright', '--version']);
    expect(installed.output.trim()).toBe(version);
  });
});
