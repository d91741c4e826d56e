/** Neither a browser nor its renderers outlive the process that started it, however that process dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { isProcessAlive } from '../../../src/base/processes';
import { killTree } from '../../../src/browser/kill-tree';
import { endBrowsersBelow } from '../../../src/browser/left-browsers';
import { eventually } from '../../eventually';
import { processesOfGroups, processesWith } from '../processes';

let folder: string;

/** A program that starts a browser with a page, prints the browser's process id, and waits. */
const PROGRAM = `
import { launchChromium } from ${JSON.stringify(resolve('src/browser/chromium'))};
const browser = await launchChromium({ userDataDir: process.argv[2] });
await browser.connection.send('Target.createTarget', { url: 'about:blank' });
console.log(browser.pid);
process.on('SIGTERM', () => browser.close());
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-orphans-'));
  await writeFile(join(folder, 'program.ts'), PROGRAM);
  await build({
    entryPoints: [join(folder, 'program.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'program.mjs'),
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

async function startOwner(profile: string): Promise<{ owner: ChildProcess; browser: number }> {
  const owner = spawn(process.execPath, [join(folder, 'program.mjs'), profile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void owner.kill('SIGKILL')); // also when what follows fails
  const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
  return { owner, browser: Number(pid.toString()) };
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('%s to its owner ends it', async (signal) => {
  const profile = join(folder, signal);
  const { owner } = await startOwner(profile);
  expect((await processesWith(profile)).length).toBeGreaterThan(1);
  const exited = once(owner, 'exit');
  owner.kill(signal);
  await exited;
  await eventually(async () => expect(await processesWith(profile)).toEqual([]));
});

test.skipIf(process.platform === 'win32')(
  'stopped renderers that have outlived their browser and its owner are killed',
  async () => {
    const { owner, browser } = await startOwner(join(folder, 'stopped'));
    onTestFinished(() => killTree(browser));
    const renderers = async (): Promise<string[]> =>
      (await processesOfGroups([browser])).filter((line) => line.includes('=renderer'));
    await eventually(async () => expect(await renderers()).not.toEqual([]));
    for (const line of await renderers()) process.kill(parseInt(line), 'SIGSTOP');
    process.kill(browser, 'SIGSTOP'); // does not hear that its owner has died, so nobody ends its renderers
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    process.kill(browser, 'SIGKILL');
    await eventually(() => expect(isProcessAlive(browser)).toBe(false));
    expect(await renderers()).not.toEqual([]);
    await endBrowsersBelow(folder);
    await eventually(async () => expect(await processesOfGroups([browser])).toEqual([]));
  },
);
