/** What opens a URL may be the browser itself, which stays: on Linux, where the opener is a script that this test brings. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openInBrowser } from '../../../src/base/open-in-browser';
import { eventually } from '../../eventually';

test.skipIf(process.platform !== 'linux')(
  'it is opened once the browser has come for it, and Ctrl-C is not for that browser',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opener-'));
    const site = createServer((_, response) => response.end('the view'));
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
    const seen = join(folder, 'seen');
    await writeFile(
      join(folder, 'xdg-open'),
      `#!${process.execPath}
      const { writeFileSync } = require('node:fs');
      fetch(process.argv[2]).then((it) => it.text()).then((text) => writeFileSync(${JSON.stringify(seen)}, process.pid + ' ' + text));
      setTimeout(() => {}, 60_000);`,
    );
    await chmod(join(folder, 'xdg-open'), 0o755);
    vi.stubEnv('PATH', [folder, dirname(process.execPath)].join(delimiter));
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      site.close();
      await rm(folder, { recursive: true });
    });
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const beganMs = performance.now();
    expect(await openInBrowser(url, true)).toBe(true);
    expect(performance.now() - beganMs).toBeLessThan(30_000);
    await eventually(async () => expect(await readFile(seen, 'utf8')).toContain('the view'));
    const pid = Number((await readFile(seen, 'utf8')).split(' ')[0]);
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    process.kill(pid, 'SIGKILL');
    expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])).toBe(pid); // it leads a process group of its own
  },
);
