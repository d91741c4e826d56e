/** `sessionwright serve` as people start it: on an unusable folder, and for other machines. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { processesWith } from '../integration/processes';
import { apiCaller } from '../integration/server/api';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-serve-'));
});
afterEach(async () => {
  await eventually(async () => expect(await processesWith(folder)).toEqual([]));
  await rm(folder, { recursive: true, force: true });
});

/** Starts a command in the folder. `printed` resolves with the output once it matches, and rejects when the command ends before. */
function start(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, XDG_DATA_HOME: join(folder, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const closed = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  const printed = async (pattern: RegExp): Promise<string> => {
    void closed.then(() => (output += '\n(ended)'));
    await eventually(() => expect(output).toMatch(new RegExp(`${pattern.source}|\\(ended\\)`)), {
      timeout: 180_000,
      interval: 50,
    });
    expect(output).toMatch(pattern);
    return output;
  };
  return { child, closed, printed };
}

function serve(args: string[], env: Record<string, string> = {}) {
  return start(process.execPath, [CLI, 'serve', '--port', '0', ...args], env);
}

test.runIf(process.platform === 'linux')(
  'a data folder that cannot be made is refused at once',
  async () => {
    for (const path of ['/proc/nope', '/proc/nope/below', '/dev/null/x']) {
      const { code, output } = await serve(['--data-dir', path]).closed;
      expect(code).toBe(1);
      expect(output).toMatch(
        new RegExp(
          `^Cannot use the data folder ${path}: E.*Name a folder that this user may write to`,
        ),
      );
    }
  },
);

test('a server for other machines announces a reachable address, and requires a long key', async () => {
  const refused = await serve(['--host', '0.0.0.0'], { NOTTE_API_KEY: 'x' }).closed;
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/^The key is too short .* at least 16/);

  const { child, closed, printed } = serve(['--host', '0.0.0.0'], {
    NOTTE_API_KEY: 'x'.repeat(16),
  });
  const output = await printed(/SESSIONWRIGHT_API_KEY=.*\n/);
  const url = /SESSIONWRIGHT_API_URL=(\S+)/.exec(output)?.[1] ?? '';
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(new URL(url).hostname === '127.0.0.1').toBe(!hasNetwork());
  child.kill('SIGTERM');
  expect((await closed).code).toBe(0);
});

test('a server logs internal errors with the stack, without request data', async () => {
  const env = { DEBUG: 'sessionwright:server', NOTTE_API_KEY: 'x'.repeat(16) };
  const { child, closed, printed } = serve(['--data-dir', folder], env);
  const url =
    /SESSIONWRIGHT_API_URL=(\S+)/.exec(await printed(/SESSIONWRIGHT_API_KEY=.*\n/))?.[1] ?? '';
  await rm(join(folder, 'uploads'), { recursive: true, force: true });
  await writeFile(join(folder, 'uploads'), 'a file, where the folder was');
  const form = new FormData();
  form.append('file', new Blob(['S1-content']), 'S2-name.txt');
  const { status } = await fetch(`${url}/storage/uploads/S2-name.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.NOTTE_API_KEY}` },
    body: form,
  });
  expect(status).toBe(500);
  child.kill('SIGTERM');
  const { output } = await closed;
  expect(output).toMatch(/sessionwright:server unexpected: Error \[E[A-Z]+\]: E.*\n {4}at /);
  expect(output.replaceAll('/storage/uploads/S2-name.txt', '')).not.toMatch(/S1|S2/);
  expect(output.slice(output.indexOf('unexpected'))).not.toContain(env.NOTTE_API_KEY);
});

test('keys of other users come from a file, and are never printed', async () => {
  const file = join(folder, 'keys.json');
  const key = 'k'.repeat(16);
  await writeFile(file, JSON.stringify([{ name: 'team-a', key: 'short' }]));
  const refused = await serve(['--keys', file, '--data-dir', join(folder, 'kept')]).closed;
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).toContain(`${file} cannot be used: [0].key must have at least 16`);

  await writeFile(file, JSON.stringify([{ name: 'team-a', key }]));
  const env = { NOTTE_API_KEY: 'x'.repeat(16), DEBUG: 'sessionwright:server' };
  const args = ['--keys', file, '--data-dir', join(folder, 'kept')];
  const { child, closed, printed } = serve(args, env);
  const url =
    /SESSIONWRIGHT_API_URL=(\S+)/.exec(await printed(/SESSIONWRIGHT_API_KEY=.*\n/))?.[1] ?? '';
  expect(await apiCaller(url, key)('POST', '/sessions/start')).toMatchObject({ status: 200 });
  child.kill('SIGINT');
  const { output } = await closed;
  expect(output).toContain("Keys beside the operator's: team-a.");
  expect(output).toMatch(/session \S+: started for the key team-a/);
  expect(output).not.toContain(key);
});

/** A server with one session that runs. */
async function serveOne(args: string[] = []) {
  const key = 'x'.repeat(16);
  const started = serve(['--data-dir', join(folder, 'kept'), ...args], { NOTTE_API_KEY: key });
  const url =
    /SESSIONWRIGHT_API_URL=(\S+)/.exec(await started.printed(/SESSIONWRIGHT_API_KEY=.*\n/))?.[1] ??
    '';
  const call = apiCaller(url, key);
  const { body } = await call('POST', '/sessions/start');
  return { ...started, call, id: String(body['session_id']) };
}

test('after SIGTERM no session starts, and the server exits with the last session', async () => {
  const { child, closed, printed, call, id } = await serveOne(['--drain-timeout', '60']);
  child.kill('SIGTERM');
  await printed(/1 session may run on for 1 min 0 s/);
  expect(await call('GET', '/ready')).toMatchObject({ status: 503 });
  expect(await call('POST', '/sessions/start')).toMatchObject({ status: 503 });
  expect(await call('GET', `/sessions/${id}`)).toMatchObject({ body: { status: 'active' } });
  await call('DELETE', `/sessions/${id}/stop`);
  expect((await closed).code).toBe(0);
});

test.each<[string, string[], NodeJS.Signals[]]>([
  ['when its time is over', ['--drain-timeout', '1'], ['SIGTERM']],
  ['at a second SIGTERM', ['--drain-timeout', '3600'], ['SIGTERM', 'SIGTERM']],
  ['at Ctrl-C after SIGTERM', ['--drain-timeout', '3600'], ['SIGTERM', 'SIGINT']],
  ['at Ctrl-C, without any wait', ['--drain-timeout', '3600'], ['SIGINT']],
])('a session that still runs is stopped %s', async (_, args, [first, second]) => {
  const { child, closed, printed, id } = await serveOne(args);
  child.kill(first);
  if (second) {
    await printed(/may run on/);
    child.kill(second);
  }
  expect((await closed).code).toBe(0); // and not in an hour
  const record = await readFile(join(folder, 'kept/sessions', id, 'session.json'), 'utf8');
  expect(JSON.parse(record)).toMatchObject({
    status: 'closed',
    reason: 'The session server was closed.',
  });
});

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((them) =>
    them?.some(({ internal, family }) => !internal && family === 'IPv4'),
  );
}
