/** A host that another user has put where ours would be found: it is not spoken to. */
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connectToHost } from '../../../src/host/connect';
import { baseFolder } from '../../../src/host/run-folder';

test.runIf(process.getuid?.() === 0)(
  'a run whose folder belongs to another user fails by name, and the host in it hears nothing',
  async () => {
    const temp = await mkdtemp(join(tmpdir(), 'sw-foreign-'));
    vi.stubEnv('TMPDIR', temp);
    let calls = 0;
    const foreign = createServer(() => calls++);
    await new Promise<void>((listening) => foreign.listen(0, '127.0.0.1', listening));
    try {
      const folder = join(baseFolder(), 'run-123.1');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { port } = foreign.address() as AddressInfo;
      const endpoint = { pid: process.pid, port, token: 'theirs' };
      await writeFile(join(folder, 'endpoint.json'), JSON.stringify(endpoint));
      for (const path of [baseFolder(), folder, join(folder, 'endpoint.json')])
        await chown(path, 65534, 65534);
      await expect(connectToHost(123, 'worker')).rejects.toThrow(
        /belongs to another user \(id 65534\).*set TMPDIR to a folder of your own/,
      );
      expect(calls).toBe(0);
    } finally {
      foreign.close();
      vi.unstubAllEnvs();
      await rm(temp, { recursive: true });
    }
  },
);
