/** The README is run: its samples in a project that `npm init -y` has made, with the packed package; its commands by CI. What it shows must work as it stands. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packTarball, PackedProject } from './support/packed-project';

const ROOT = resolve(import.meta.dirname, '../..');
/** Where the README's app is said to be; the test serves it on a free port. */
const SAMPLE_URL = 'http://localhost:3000';

/** The app that the samples visit. */
const APP = `<!doctype html><title>Shop</title>
<button onclick="count.textContent = '1 item'">Add to cart</button> <output id="count">0 items</output>
<p id="greeting"></p><script>greeting.textContent = 'Hello, ' + document.cookie.replace(/.*customer=/, '')</script>`;

let readme: string;
let project: PackedProject;
let app: Server;
let appUrl: string;
let samples: Record<string, string>;

beforeAll(async () => {
  readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  app = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(APP),
  );
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  const address = app.address();
  appUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  samples = samplesOf(readme);
  const tarball = await packTarball();
  project = await PackedProject.create({ tarball: tarball.path, type: 'commonjs', files: samples });
  await tarball.remove();
});

afterAll(async () => {
  app.closeAllConnections();
  app.close();
  await project.remove();
});

it('has a configuration, tests and a script, and this test runs all of them', () => {
  expect(Object.keys(samples).sort()).toEqual([
    'playwright.config.ts',
    'scripts/title.mjs',
    'tests/account.spec.ts',
    'tests/cart.spec.ts',
  ]);
  expect(readme.match(/^```[jt]s$/gm)).toHaveLength(4);
});

it('has samples that compile, as the docs do', async () => {
  const fromDocs = await docsSamples();
  await project.write(fromDocs);
  const files = [...Object.keys(samples), ...Object.keys(fromDocs)];
  const { exitCode, output } = await project.typecheck(
    files.filter((name) => /\.(m?ts|mjs)$/.test(name)),
    { module: 'node20', moduleResolution: 'node16', skipLibCheck: true },
  );
  expect(exitCode, output).toBe(0);
  expect(Object.keys(fromDocs).length).toBeGreaterThan(8);
});

it('has tests that pass and save a cookie file', async () => {
  const { exitCode, output } = await project.runPlaywright(['--reporter=line']);
  expect(exitCode, output).toBe(0);
  expect(output).toContain('2 passed');
  expect(await project.readJson('.auth/customer.json')).toMatchObject([
    { name: 'customer', value: 'ada' },
  ]);
});

it('has a script that runs against `sessionwright serve`', async () => {
  const server = await serve();
  try {
    const { exitCode, output } = await project.run(
      process.execPath,
      ['scripts/title.mjs'],
      server.env,
    );
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/^[0-9a-f-]{36}: Shop\n$/);
  } finally {
    await server.close();
  }
});

it('has docs whose server and client samples run', async () => {
  const markdown = await readFile(join(ROOT, 'docs/client.md'), 'utf8');
  const [, code = ''] = /```js\n([^`]*startSessionServer[^`]*)```/.exec(markdown) ?? [];
  await project.write({ 'scripts/server.mjs': code });
  const { exitCode, output } = await project.run(process.execPath, ['scripts/server.mjs']);
  expect(exitCode, output).toBe(0);
});

it('names commands that CI runs, and files that exist', async () => {
  const ci = await readFile(join(ROOT, '.ci/run'), 'utf8');
  const [clone] = readme.match(/```sh\n[^`]*quickstart[^`]*```/) ?? [''];
  const commands = [...clone.matchAll(/^(npm [a-z ]*[a-z])/gm)].map((match) => match[1]);
  expect(commands).toEqual(['npm run quickstart', 'npm test']);
  for (const command of commands) expect(ci).toContain(command);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) =>
    (match[1] ?? '').replace(/#.*/, ''),
  );
  expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
});

/** Samples of the docs as modules. A part of a program gets what it takes for granted: a client, a session, a test. */
async function docsSamples(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const names = await readdir(join(ROOT, 'docs'));
  for (const name of names.filter((it) => it.endsWith('.md'))) {
    const markdown = await readFile(join(ROOT, 'docs', name), 'utf8');
    for (const [index, [, type = '', code = '']] of [
      ...markdown.matchAll(/```([jt]s)\n([\s\S]*?)```/g),
    ].entries())
      found[`docs/${name}-${index}.m${type}`] = /^ *(import|export) /m.test(code)
        ? code
        : inContext(code);
  }
  return found;
}

function inContext(code: string): string {
  return `import { test } from 'sessionwright';
import { SessionsClient, type Session } from 'sessionwright/client';
declare const client: SessionsClient;
declare const session: Session;
export async function sample(): Promise<unknown> {
${code}
return [test, SessionsClient, client, session];
}`;
}

/** The samples by the file that their first line names, visiting our app. */
function samplesOf(markdown: string): Record<string, string> {
  const blocks = [...markdown.matchAll(/```[jt]s\n\/\/ (\S+)\n([\s\S]*?)```/g)];
  return Object.fromEntries(
    blocks.map(([, name = '', code = '']) => [name, code.replaceAll(SAMPLE_URL, appUrl)]),
  );
}

/** Runs the README's server command on a free port. Returns the environment that it prints. */
async function serve(): Promise<{ env: Record<string, string>; close: () => Promise<void> }> {
  const child: ChildProcess = spawn(
    join(project.folder, 'node_modules/.bin/sessionwright'), // npx does not pass signals on
    ['serve', '--port', '0'],
    {
      cwd: project.folder,
      env: { ...process.env, XDG_DATA_HOME: project.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const env = await new Promise<Record<string, string>>((found, fail) => {
    let output = '';
    child.once('exit', () => fail(new Error(`sessionwright serve ended: ${output}`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, url, apiKey] =
        /SESSIONWRIGHT_API_URL=(\S+)\s+SESSIONWRIGHT_API_KEY=(\S+)\n/.exec(output) ?? [];
      if (url && apiKey) found({ NOTTE_API_URL: url, NOTTE_API_KEY: apiKey });
    });
  });
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    const isUp = async (): Promise<boolean> =>
      fetch(env['NOTTE_API_URL'] ?? '').then(
        () => true,
        () => false,
      );
    await expect.poll(isUp, { timeout: 20_000 }).toBe(false);
  };
  return { env, close };
}
