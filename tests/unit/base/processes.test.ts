import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type * as fs from 'node:fs';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import {
  isHere,
  isProcessAlive,
  isRunning,
  ownProcess,
  processStart,
  signalled,
} from '../../../src/base/processes';

test('a process lives until it has ended', async () => {
  expect(isProcessAlive(process.pid)).toBe(true);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  const pid = child.pid ?? 0;
  expect(isProcessAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isProcessAlive(pid)).toBe(false);
});

test.skipIf(process.platform !== 'linux')(
  'one that has ended counts as dead before its parent has noticed',
  async () => {
    const script = 'sleep 0 & echo $!; exec sleep 60'; // `sleep 60` never waits for its child
    const parent = spawn('sh', ['-c', script]);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(output.toString());
    await eventually(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z '));
    expect(isProcessAlive(pid)).toBe(false);
  },
);

test('one of another user lives', () => {
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  onTestFinished(() => kill.mockRestore());
  expect(isProcessAlive(12345)).toBe(true);
});

test('a process is told from one of another machine or container, even if its machine was renamed', () => {
  const own = ownProcess();
  expect(own).toMatchObject({ pid: process.pid, host: hostname() });
  expect(isHere(own)).toBe(true);
  expect(isHere({ ...own, host: 'renamed' })).toBe(own.place !== undefined);
  expect(isHere({ ...own, place: 'a-boot pid:[1]' })).toBe(false);
  expect(isHere({ pid: own.pid, host: own.host })).toBe(true);
  expect(isHere({ pid: own.pid, host: 'elsewhere' })).toBe(false);
});

test('a later process with the same id is not the process that was named', () => {
  const own = ownProcess();
  expect(isRunning({ pid: 2 ** 30 })).toBe(false);
  expect(isRunning({ pid: own.pid })).toBeUndefined(); // where the system does not say
  expect(isRunning({ pid: own.pid, startedAt: 'before' })).toBe(false);
  if (own.startedAt !== undefined) expect(isRunning(own)).toBe(true);
});

test('a process is here also where nothing tells of containers', async () => {
  vi.doMock('node:fs', async (load) => ({
    ...(await load<typeof fs>()),
    readlinkSync: () => {
      throw new Error('there is none');
    },
  }));
  vi.resetModules();
  onTestFinished(() => {
    vi.doUnmock('node:fs');
    vi.resetModules();
  });
  const anew = await import('../../../src/base/processes');
  expect(anew.isHere(anew.ownProcess())).toBe(true);
});

test('the start of a process stays the same, and is another one for each process', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    const { pid = 0 } = child;
    expect(processStart(pid)).toMatch(/\d/);
    expect(processStart(pid)).toBe(processStart(pid));
    if (process.platform === 'linux') expect(processStart(pid)).not.toBe(processStart(process.pid));
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(processStart(child.pid ?? 0)).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('a signal is told, once', async () => {
  const before = process.listenerCount('SIGUSR2');
  const told = signalled('SIGUSR2');
  process.kill(process.pid, 'SIGUSR2');
  await told;
  expect(process.listenerCount('SIGUSR2')).toBe(before);
});
