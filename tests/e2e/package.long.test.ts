/** The packed package in projects as users have them: installed by npm, as ES module and as CommonJS, with its types. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { JSONReport } from '@playwright/test/reporter';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { packTarball, PackedProject } from './support/packed-project';
import { resultOf } from './support/project';

const ROOT = resolve(import.meta.dirname, '../..');

const CONFIG = `
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';

export default defineConfig(withSessions({ reporter: [['line'], ['json', { outputFile: 'report.json' }], ['./places.cjs']] }));
`;

/** Tells where the steps of a test are. */
const PLACES = `
module.exports = class {
  onTestEnd(_, { steps }) {
    const places = steps.map(({ title, location }) => [title, location && location.file + ':' + location.line]);
    require('node:fs').writeFileSync('places.json', JSON.stringify(Object.fromEntries(places)));
  }
};
`;

const SPEC = `
import { test, expect } from 'sessionwright';

test('runs on a session', async ({ page, session }) => {
  await page.setContent('<h1>Hello</h1>');
  await expect(page.getByRole('heading')).toHaveText('Hello');
  expect((await Promise.resolve().then(session.status)).status).toBe('active'); // called by Node's inside
});
`;

/** A server in a script: it observes, clicks, scrapes and makes a replay. */
const serverScript = (load: string): string => `(async () => {
  const { startSessionServer } = ${load}('sessionwright/server');
  const { SessionsClient } = ${load}('sessionwright/client');
  const server = await startSessionServer({ port: 0, recording: 'always' });
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  const session = await client.start({ headless: true });
  const page = '<h1>Books</h1><input aria-label="Name"><button onclick="document.body.append(\\'Bought\\')">Buy</button>';
  await session.execute({ type: 'goto', url: 'data:text/html,' + encodeURIComponent(page) });
  const { elements } = await session.observe();
  await session.execute({ type: 'click', selector: 'button' });
  const { markdown } = await session.scrape();
  await session.stop();
  const { mp4Url } = await session.replay();
  console.log(elements.map(({ name }) => name).join(), /Books[^]*Bought/.test(markdown), (await fetch(mp4Url)).headers.get('content-type'));
  await client.close();
  await server.close();
})();`;

/** What users may write, and what the types must refuse. */
const TYPES = `
import { defineConfig } from '@playwright/test';
import { test, expect, type Session, type SessionTestOptions, type SessionWorkerOptions } from 'sessionwright';
import { SessionsClient } from 'sessionwright/client';
import { withSessions } from 'sessionwright/config';
import { startSessionServer } from 'sessionwright/server';

test.use({ isolation: 'session', cookieFile: 'cookies.json', recording: { mode: 'on', fps: 10 }, locale: 'nb-NO', sessionOptions: { idleTimeout: 300_000 } });
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

export const config = withSessions({ testDir: 'tests' }, { session: { headless: true } });
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
  expect(outside.sort()).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  expect(tarball.files.filter((file) => file.includes('results'))).toEqual([]);
});

it('lists every bundled library with its license', async () => {
  const notices = await readFile(join(ROOT, 'dist/THIRD-PARTY.txt'), 'utf8');
  const named = [...notices.matchAll(/^(\S+) [\d.]+ \([\w.-]+\), source: /gm)].map(
    ([, name]) => name,
  );
  expect(named).toEqual(['@babel/parser', 'mediabunny', 'preact', 'turndown', 'zod']);
});

it('has documents whose links lead to files in the package', async () => {
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

it('has code without helpers of older syntax: pages get functions as text, and have no helpers', async () => {
  const names = tarball.files.filter((file) => /^dist\/[^/]*\.js$/.test(file));
  const texts = await Promise.all(names.map(async (name) => readFile(join(ROOT, name), 'utf8')));
  const helper = /\b__(?:name|async|spread\w+|objRest|privateGet)\b/g;
  expect(texts.flatMap((text) => text.match(helper) ?? [])).toEqual([]);
});

it('loads neither server, viewer nor encoder into a test file', async () => {
  const names = await ownFilesLoadedBy('import("./dist/index.js")');
  const sizes = await Promise.all(names.map(async (name) => stat(join(ROOT, 'dist', name))));
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(200_000); // the server alone has more
});

describe.each([
  {
    type: 'module',
    resolutions: [
      { module: 'node16', moduleResolution: 'node16', skipLibCheck: false },
      { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true },
    ],
  },
  // `node10` ignores `exports`: it is the default of `"module": "commonjs"`.
  {
    type: 'commonjs',
    resolutions: [
      { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false },
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
      files: {
        'playwright.config.ts': CONFIG,
        'places.cjs': PLACES,
        'first.spec.ts': SPEC,
        'types.ts': TYPES,
      },
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
    expect(await project.readJson('places.json')).toMatchObject({
      'Session status': `${join(project.folder, 'first.spec.ts')}:7`,
    });
  });

  it('has a server that observes pages, clicks and creates replays', async () => {
    const script = serverScript(type === 'module' ? 'await import' : 'require');
    const { output } = await project.run(process.execPath, ['--eval', script]);
    expect(output.trim()).toBe('Name,Buy true video/mp4');
  });

  it.each(resolutions)('has types for $moduleResolution', async (resolution) => {
    const { exitCode, output } = await project.typecheck(
      ['types.ts', 'first.spec.ts', 'playwright.config.ts'],
      resolution,
    );
    expect(exitCode, output).toBe(0);
  });

  it('has a client that uses the proxy of the environment', async () => {
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

  it('has a client that works in a bundled program', async () => {
    const contents = `import { SessionsClient } from 'sessionwright/client';
      const client = new SessionsClient({ apiUrl: 'http://127.0.0.1:9', apiKey: 'key', retries: 0 });
      void client.status('a').catch((error) => console.log(error.name, error.cause?.code));`;
    const outfile = join(project.folder, 'bundled.js');
    await build({
      ...{ stdin: { contents, resolveDir: project.folder }, bundle: true, platform: 'node' },
      ...{
        format: type === 'module' ? 'esm' : 'cjs',
        outfile,
        external: ['playwright-core', 'undici'],
      },
      logLevel: 'error', // what it warns of, the next call shows
    });
    const { output } = await project.run(process.execPath, [outfile]);
    expect(output.trim()).toBe('ApiUnreachableError ECONNREFUSED');
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

/** Names of the files of the build that a statement loads, in a process of its own. */
async function ownFilesLoadedBy(statement: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-loaded-'));
  try {
    await promisify(execFile)(process.execPath, ['--eval', statement], {
      cwd: ROOT,
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    const [name = ''] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      result: { url: string }[];
    };
    const dist = pathToFileURL(join(ROOT, 'dist/')).href;
    return result.flatMap(({ url }) => (url.startsWith(dist) ? [url.slice(dist.length)] : []));
  } finally {
    await rm(folder, { recursive: true });
  }
}
