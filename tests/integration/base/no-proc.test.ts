/** Linux without a /proc that can be read, as in small containers: which processes live is known all the same. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';

/** Runs a shell command where /proc is empty. */
function withoutProc(command: string): ReturnType<typeof spawnSync> {
  const script = `mount -t tmpfs none /proc && ${command}`;
  return spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
}

test.skipIf(process.platform !== 'linux' || withoutProc('true').status !== 0)(
  'a process that takes signals lives, one that is gone does not',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-no-proc-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    const outfile = join(folder, 'look.cjs');
    await build({
      stdin: {
        contents: `
          import { isProcessAlive, processStart } from './src/base/processes';
          const gone = 2 ** 30; // Linux gives out less than four million
          console.log(JSON.stringify([isProcessAlive(process.pid), isProcessAlive(gone), processStart(process.pid) ?? null]));`,
        resolveDir: process.cwd(),
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
    const { stdout, stderr } = withoutProc(`'${process.execPath}' '${outfile}'`);
    expect(stdout, String(stderr)).toBe('[true,false,null]\n');
  },
);
