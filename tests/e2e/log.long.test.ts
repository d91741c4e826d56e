/** `DEBUG=sessionwright:*` shows what every part of a run does, in the user's own terminal, and no secret. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSessionServer } from '../../src/server/index';
import { Project } from './support/project';

const SECRETS = {
  apiKey: 'S1-key-of-the-session-api',
  cookie: 'S2-value-of-a-cookie',
  typed: 'S3-typed-into-a-field',
  url: 'S4-token-in-an-url',
  proxy: 'S5-password-of-a-proxy',
};

let project: Project;
let proxy: Server;

beforeEach(async () => {
  proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  proxy.close();
  await project.remove();
});

async function create(env: Record<string, string>): Promise<Project> {
  const cookie = { name: 'login', value: SECRETS.cookie, domain: 'shop.test', path: '/' };
  const server = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const options = {
    proxies: [{ type: 'external', server, username: 'me', password: SECRETS.proxy }],
  };
  return Project.create(
    {
      'playwright.config.ts': `
        import { defineConfig } from '@playwright/test';
        import { withSessions } from 'sessionwright/config';
        export default defineConfig(withSessions({ workers: 1, reporter: 'line',
          use: { cookieFile: 'cookies.json', sessionOptions: ${JSON.stringify(options)} } }));`,
      'cookies.json': JSON.stringify([{ ...cookie, httpOnly: false }]),
      'a.spec.ts': `
        import { test } from 'sessionwright';
        import { writeFileSync } from 'node:fs';
        test('uses secrets', async ({ session, page }) => {
          writeFileSync('tokens.json', JSON.stringify([session.cdpUrl, session.viewerUrl]
            .flatMap((url) => [...new URL(url ?? 'http://none').searchParams.values()])
            .filter((value) => value.length > 10)));
          await session.execute({ type: 'goto', url: 'about:blank?token=${SECRETS.url}' });
          await page.setContent('<input type=password aria-label=Password>');
          await page.getByLabel('Password').fill('${SECRETS.typed}');
          await session.execute({ type: 'fill', selector: 'input', value: '${SECRETS.typed}' });
          await session.cookies();
        });`,
    },
    env,
  );
}

/** The areas that have written a line, of a run that passes and tells nothing. */
async function areasOfRun(): Promise<string[]> {
  const { exitCode, output } = await project.run();
  expect(exitCode, output).toBe(0);
  const tokens = JSON.parse(await project.read('tokens.json')) as string[];
  expect(tokens.length).toBeGreaterThan(0);
  for (const secret of [...Object.values(SECRETS), ...tokens])
    expect(output, output.slice(0, 3000)).not.toContain(secret);
  return [...new Set(output.match(/sessionwright:[a-z]+(?= )/g) ?? [])].sort();
}

test('an embedded run', async () => {
  project = await create({ DEBUG: 'sessionwright:*' });
  expect(await areasOfRun()).toEqual(
    ['api', 'browser', 'cdp', 'clip', 'host', 'lease', 'server'].map((it) => `sessionwright:${it}`),
  );
});

test('a run on a remote session API, with the requested details only', async () => {
  const server = await startSessionServer({ apiKey: SECRETS.apiKey, recording: 'on-demand' });
  try {
    project = await create({
      DEBUG: 'sessionwright:api,sessionwright:lease',
      NOTTE_API_URL: server.url,
      NOTTE_API_KEY: SECRETS.apiKey,
    });
    expect(await areasOfRun()).toEqual(['sessionwright:api', 'sessionwright:lease']);
  } finally {
    await server.close();
  }
});
