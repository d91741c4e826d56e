/** A session server in a process of its own, started by the product's own command, for the comparisons that do not start Playwright Test. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/**
 * Starts `sessionwright serve` on a free port.
 *
 * @param {string} executablePath the Chromium of its sessions
 * @param {string[]} [args] more of its command line
 * @returns {Promise<{ url: string, apiKey: string, browserUrls(): string[], close(): Promise<void> }>} `browserUrls`: the
 * websockets of the browsers themselves, past the gateway
 */
export async function startServer(executablePath, args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'sessionwright-bench-'));
  const env = {
    ...process.env,
    TMPDIR: folder,
    SESSIONWRIGHT_EXECUTABLE_PATH: executablePath,
    NOTTE_API_KEY: '',
  };
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--port', '0', '--data-dir', folder, '--drain-timeout', '0', '--json', ...args],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const endWithUs = () => {
    child.kill('SIGKILL');
    remove();
  };
  process.once('exit', endWithUs);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const close = async () => {
    child.kill('SIGTERM');
    await exited;
    process.off('exit', endWithUs);
    remove();
  };
  const line = await Promise.race([
    firstLine(child.stdout),
    exited.then((code) =>
      Promise.reject(new Error(`sessionwright serve ended with code ${code}.`)),
    ),
  ]);
  return { ...JSON.parse(line), browserUrls: () => browserUrlsBelow(folder), close };
}

async function firstLine(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n')) return text.split('\n')[0];
  }
  throw new Error('sessionwright serve printed no address.');
}

/** Chromium writes its port and path into its profile folder. */
function browserUrlsBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'DevToolsActivePort')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim().split('\n'))
    .map(([port, path]) => `ws://127.0.0.1:${port}${path}`);
}
