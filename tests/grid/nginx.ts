/** nginx before a Grid, as docs/grid.md sets it up: TLS, a path of its own, WebSockets. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../eventually';

const DOCS = join(import.meta.dirname, '../../docs/grid.md');

/** What is not on this machine of what it takes. */
export const missingForNginx = ['nginx', 'openssl'].filter(
  (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0,
);

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
  await writeFile(join(folder, 'nginx.conf'), await configuration(folder, port, hub.url));
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

/** The documented one, with our ports and files, run by this user and in the foreground. */
async function configuration(folder: string, port: number, hubUrl: string): Promise<string> {
  const documented = /```nginx\n([^`]+)```/.exec(await readFile(DOCS, 'utf8'))?.[1] ?? '';
  const ours: Record<string, string> = {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    'server_name tests.example': 'server_name localhost',
    '/etc/ssl/tests.example': join(folder, 'tls'),
    'http://hub:4444': hubUrl,
  };
  let site = documented;
  for (const [theirs, here] of Object.entries(ours)) {
    expect(site, 'docs/grid.md').toContain(theirs);
    site = site.replaceAll(theirs, here);
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `daemon off; master_process off; pid ${join(folder, 'pid')};
events {}
http { access_log off; ${temporary.join(' ')}
${site} }`;
}

function makeCertificate(folder: string): string {
  const certificate = join(folder, 'tls.pem');
  const files = ['-keyout', join(folder, 'tls.key'), '-out', certificate];
  const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', ...what, ...names, ...files], { stdio: 'ignore' });
  return certificate;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
