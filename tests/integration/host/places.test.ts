/** Which runs in a shared folder of temporary files are here: those of this machine, whatever it is called, and of its containers the one. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

/** What a test may do here: give the machine another name, or another boot, for itself alone. */
const ALONE = ['--uts', '--mount', '--pid', '--fork', '--mount-proc'];
const maySetUp =
  process.platform === 'linux' && spawnSync('unshare', [...ALONE, 'hostname', 'any']).status === 0;

let folder = '';
/** Commands: one begins a run, the other tells of the runs that it finds. */
let begin = '';
let look = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-places-'));
  begin = await command('begin', 'void claimRunFolder(123, 1)');
  look = await command(
    'look',
    "void listRunFolders().then((all) => console.log(all.map((it) => (it.isHere ? 'here' : 'elsewhere')).join()))",
  );
});
afterEach(async () => {
  for (const name of await readdir(folder))
    if (name.startsWith('sessionwright-')) await rm(join(folder, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

async function command(name: string, code: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  const contents = `import { claimRunFolder, listRunFolders } from './src/host/run-folder'; ${code}`;
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs' },
  });
  return `'${process.execPath}' '${outfile}'`;
}

/** What a shell says that is alone with its name, mounts and, as a container, its processes. */
function alone(script: string): string {
  const { status, stdout, stderr } = spawnSync('unshare', [...ALONE, 'sh', '-ec', script], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
  });
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

describe.skipIf(!maySetUp)('a run is found', () => {
  test('when its machine gets another name meanwhile, as by DHCP', () => {
    expect(alone(`hostname before; ${begin}; hostname after; ${look}`)).toBe('here');
  });

  test('and told from one of another machine that has the same name', async () => {
    const boot = join(folder, 'boot_id');
    await writeFile(boot, '7a0c3a52-5f0f-4f0e-9d6c-2f6f0f0d0001\n');
    const becomeOther = `mount --bind '${boot}' /proc/sys/kernel/random/boot_id`;
    expect(alone(`${begin}; ${becomeOther}; ${look}`)).toBe('elsewhere');
  });

  test('and told from one of another container of this machine', () => {
    const inAnother = 'unshare --pid --fork --mount-proc'; // while the first one lives: numbers are given anew
    expect(alone(`${begin}; ${inAnother} ${look}`)).toBe('elsewhere');
  });
});
