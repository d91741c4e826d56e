/** The nginx that a document of ours describes, made to run here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

const DOCS = join(import.meta.dirname, '../docs');

/** What is not on this machine of what it takes. */
export const missingForNginx = ['nginx', 'openssl'].filter(
  (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0,
);

/**
 * The documented configuration, with our ports and files, run by this user and in the foreground.
 * @param document - its name in `docs/`
 * @param ours - what stands here for which of its texts: each has to be there
 */
export async function documentedNginx(
  document: string,
  folder: string,
  ours: Readonly<Record<string, string>>,
): Promise<string> {
  const text = await readFile(join(DOCS, document), 'utf8');
  let site = /```nginx\n([^`]+)```/.exec(text)?.[1] ?? '';
  for (const [theirs, here] of Object.entries(ours)) {
    expect(site, `docs/${document}`).toContain(theirs);
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

/** Writes `tls.pem` and `tls.key` for a host into the folder. Returns the certificate's path; it is its own authority. */
export function makeCertificate(folder: string, host = 'localhost'): string {
  const certificate = join(folder, 'tls.pem');
  const files = ['-keyout', join(folder, 'tls.key'), '-out', certificate];
  const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${host}`];
  const names = ['-addext', `subjectAltName=DNS:${host}`];
  execFileSync('openssl', ['req', ...what, ...names, ...files], { stdio: 'ignore' });
  return certificate;
}
