/** nginx before a Grid, as docs/grid.md sets it up: TLS, a path of its own, WebSockets. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { documentedNginx, makeCertificate } from '../documented-nginx';
import { eventually } from '../eventually';
import { freePort } from '../free-port';

/** An nginx that runs. */
export interface Proxy {
  /** By which the Grid is reached through it. */
  url: string;
  /** A file with the certificate, which is its own authority. */
  certificate: string;
  close(): Promise<void>;
}

/** Starts it before this hub. The caller closes it. */
export async function startProxy(hub: { url: string }): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-grid-nginx-'));
  const port = await freePort();
  const certificate = makeCertificate(folder);
  const configuration = await documentedNginx('grid.md', folder, {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    'server_name tests.example': 'server_name localhost',
    '/etc/ssl/tests.example': join(folder, 'tls'),
    'http://hub:4444': hub.url,
  });
  await writeFile(join(folder, 'nginx.conf'), configuration);
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  let said = '';
  nginx.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(nginx, 'exit');
  await eventually(() => {
    expect(nginx.exitCode, said).toBeNull();
    expect(answers(port)).toBe(true);
  });
  return {
    url: `https://localhost:${port}/grid`,
    certificate,
    close: async () => {
      nginx.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asked by another process: this one does not trust the certificate. */
function answers(port: number): boolean {
  const args = ['s_client', '-connect', `127.0.0.1:${port}`];
  return spawnSync('openssl', args, { input: '' }).status === 0;
}
