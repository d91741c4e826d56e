/** A real Chromium: started, driven, closed, killed; nothing of it stays. */
import { access, mkdtemp, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import type { BrowserProcess } from '../../../src/browser/chromium';
import { launchChromium } from '../../../src/browser/chromium';
import { findChromium } from '../../../src/browser/find-chromium';
import { removeProfile } from '../../../src/browser/profile-folder';
import { processesWith } from '../processes';

let folder: string | undefined;
let browser: BrowserProcess | undefined;

afterEach(async () => {
  await browser?.close();
  if (folder !== undefined) await removeProfile(folder);
});

async function launch(options: object = {}): Promise<BrowserProcess> {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-chromium-'));
  browser = await launchChromium({ userDataDir: folder, ...options });
  return browser;
}

test('starts without a page, takes commands over the pipe, and serves CDP on a loopback port', async () => {
  const { connection, cdpUrl } = await launch();
  expect(cdpUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/devtools\/browser\//);
  const { targetInfos } = await connection.send('Target.getTargets', {});
  expect(targetInfos.filter(({ type }) => type === 'page')).toEqual([]);
});

test('a page is all that a window loads: hidden pages of the browser itself would cost every test', async () => {
  const { connection } = await launch();
  const everything = { filter: [{}] };
  await connection.send('Target.createTarget', { url: 'about:blank' });
  const { targetInfos } = await connection.send('Target.getTargets', everything);
  expect(targetInfos.filter(({ type }) => type !== 'tab').map(({ url }) => url)).toEqual([
    'about:blank',
  ]);
});

test('starts without a port when none is wanted', async () => {
  const { connection, cdpUrl } = await launch({ debuggingPort: false });
  expect(cdpUrl).toBeUndefined();
  expect(await connection.send('Browser.getVersion')).toHaveProperty('product');
});

test('no spelling of a reserved switch moves the profile or opens a port', async () => {
  const elsewhere = join(tmpdir(), `sessionwright-elsewhere-${process.pid}`);
  const { connection, cdpUrl } = await launch({
    debuggingPort: false,
    args: [`-user-data-dir=${elsewhere}`, `--user-data-dir=${elsewhere}`, '--'],
    chromeArgs: ['-remote-debugging-port=0', '-remote-debugging-address=0.0.0.0'],
  });
  expect(cdpUrl).toBeUndefined();
  await connection.send('Target.createTarget', { url: 'about:blank' });
  await expect(access(elsewhere)).rejects.toThrow('ENOENT');
  await expect(access(join(folder ?? '', 'DevToolsActivePort'))).rejects.toThrow('ENOENT');
});

test('close ends every process of it, and may be called again', async () => {
  const { connection, close, exited } = await launch();
  await connection.send('Target.createTarget', { url: 'about:blank' });
  await Promise.all([close(), close()]);
  await close();
  expect(await exited).toMatchObject({ signal: null });
  await eventually(async () => expect(await processesWith(folder)).toEqual([]));
});

test('an error of a command names its caller', async () => {
  const { connection } = await launch();
  const attach = (): Promise<unknown> =>
    connection.send('Target.attachToTarget', { targetId: 'none', flatten: true });
  const error = await attach().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'cdp_closed', method: 'Target.attachToTarget' });
  expect(error).toHaveProperty('stack', expect.stringContaining('chromium.test.ts'));
});

test('a killed browser is noticed, with its signal, and takes its children with it', async () => {
  const { pid, exited, connection } = await launch();
  await connection.send('Target.createTarget', { url: 'about:blank' });
  process.kill(pid, 'SIGKILL');
  expect(await exited).toMatchObject({ code: null, signal: 'SIGKILL' });
  await connection.closed;
  await eventually(async () => expect(await processesWith(folder)).toEqual([]));
});

test('a browser that ends at once is an error with its last words', async () => {
  await expect(launch({ executablePath: process.execPath })).rejects.toMatchObject({
    code: 'browser_launch_failed',
    message: expect.stringContaining(process.execPath) as unknown,
    stderr: expect.stringContaining('bad option') as unknown,
  });
});

test('a file that cannot be run is an error that names it', async () => {
  await expect(launch({ executablePath: '/dev/null/chromium' })).rejects.toMatchObject({
    code: 'browser_not_found',
    tried: ['/dev/null/chromium'],
  });
});

test.runIf(process.platform === 'linux')(
  'removing the profile of a killed browser removes its socket too',
  async () => {
    const { executablePath } = await findChromium({ headless: false }); // the headless shell has none
    const { pid, exited } = await launch({ executablePath });
    const socketFolder = dirname(await readlink(join(folder ?? '', 'SingletonSocket')));
    process.kill(pid, 'SIGKILL');
    await exited;
    await eventually(async () => expect(await processesWith(folder)).toEqual([]));
    await access(socketFolder);
    await removeProfile(folder ?? '');
    await expect(access(socketFolder)).rejects.toThrow('ENOENT');
    await expect(access(folder ?? '')).rejects.toThrow('ENOENT');
  },
);
