/** A browser that the command line opens on Linux: it notes what it is told and where that leads, and shows nothing. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';

/** Goes where it is told, and writes down both where that is and where it leads; then tries to go there again. */
const BROWSER = `
  import { appendFileSync } from 'node:fs';
  const [, , url] = process.argv;
  appendFileSync('told', url + '\\n');
  const { headers } = await fetch(url, { redirect: 'manual' });
  appendFileSync('opened', headers.get('location') + '\\n');
  const again = await fetch(url).catch(() => ({ status: 'nobody is there' }));
  appendFileSync('again', again.status + '\\n');`;

/** What it was asked to open. */
export class ToldBrowser {
  readonly #folder: string;
  /** The variables with which a command finds it, on a machine with a display. */
  readonly env: Record<string, string>;

  private constructor(folder: string) {
    this.#folder = folder;
    const path = join(folder, 'bin') + delimiter + (process.env['PATH'] ?? '');
    this.env = { PATH: path, DISPLAY: ':7' };
  }

  /** Installs it below a folder. */
  static async install(folder: string): Promise<ToldBrowser> {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'browser.mjs'), BROWSER);
    await writeFile(
      join(bin, 'xdg-open'),
      `#!/bin/sh\ncd "${folder}"\nexec "${process.execPath}" bin/browser.mjs "$1"\n`,
      { mode: 0o755 },
    );
    return new ToldBrowser(folder);
  }

  /** The URLs that it was led to; of them, no token or ticket stood in the list of processes, and no way leads there twice. */
  async opened(): Promise<string[]> {
    const urls = await this.#lines('opened');
    const told = (await this.#lines('told')).join('\n');
    for (const url of urls) expect(told).not.toContain(secretOf(url) ?? url);
    for (const status of await this.#lines('again')) expect(status).toBe('404');
    return urls;
  }

  async #lines(file: string): Promise<string[]> {
    const text = await readFile(join(this.#folder, file), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean);
  }
}

function secretOf(url: string): string | null {
  const { hash, searchParams } = new URL(url);
  return searchParams.get('token') ?? new URLSearchParams(hash.slice(1)).get('ticket');
}
