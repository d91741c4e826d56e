/** The scripts' children: their output, their limits, and that a whole tree of processes ends. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../../../scripts/lib/child.mjs';

const node = (script: string, options = {}): ReturnType<typeof run> =>
  run(process.execPath, ['-e', script], options);

describe('run', () => {
  it('returns the exit code and everything that was written', async () => {
    expect(
      await node('console.log("out"); console.error("err"); process.exitCode = 3'),
    ).toMatchObject({ code: 3, output: 'out\nerr\n', stoppedBecause: undefined });
  });

  it('tells that a command is not there', async () => {
    expect(await run('no-such-command-anywhere', [])).toMatchObject({
      code: null,
      output: expect.stringContaining('ENOENT') as string,
    });
  });

  it('reports progress with the last line that says something', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-child-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    const told = join(folder, 'told');
    const onTick = vi.fn(({ lastLine }: { lastLine: string }) => {
      if (lastLine !== '') writeFileSync(told, '');
    });
    await node(
      `console.log("fetching\\n}"); setInterval(() => require('node:fs').existsSync(${JSON.stringify(told)}) && process.exit(0), 20)`,
      { tickMs: 100, onTick },
    );
    expect(onTick).toHaveBeenLastCalledWith({
      elapsedMs: expect.any(Number) as number,
      lastLine: 'fetching',
    });
  });

  it('ends a command that writes nothing any more, with all that it started', async () => {
    // The grandchild holds our end of the pipe open, so `run` ends only when it has ended too.
    const grandchild =
      "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })";
    const { code, stoppedBecause } = await node(grandchild, { idleLimitMs: 1_000 });
    expect({ code, stoppedBecause }).toEqual({ code: null, stoppedBecause: 'no progress for 1 s' });
  });
});
