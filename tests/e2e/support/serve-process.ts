/** `sessionwright serve` as a process of its own, from the build, so that it can be killed. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ApiAnswer } from '../../integration/server/api';
import { apiCaller } from '../../integration/server/api';

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** The heap of a served API, in MB: a larger one would hide memory that grows with what clients send. */
const HEAP_MB = 300;

/** A served API. */
export interface ServeProcess {
  url: string;
  child: ChildProcess;
  call: (
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ) => Promise<ApiAnswer>;
  /** Ends it with this signal, and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Runs a command that sees an empty folder in the place of the one named first, as on another machine. Needs Linux, and root. */
const WITHOUT = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none "$0" && exec "$@"'];

/**
 * Starts a server with the key `key`, which SIGTERM ends at once, and waits until it listens. Rejects with what it said when it does not.
 * @param hidden - a folder that it sees empty
 */
export async function serve(
  args: string[],
  env: Record<string, string> = {},
  hidden?: string,
): Promise<ServeProcess> {
  const node = [process.execPath, `--max-old-space-size=${HEAP_MB}`, CLI];
  const [program = '', ...rest] = hidden === undefined ? node : [...WITHOUT, hidden, ...node];
  const child = spawn(
    program,
    [...rest, 'serve', '--port', '0', '--json', '--drain-timeout', '0', ...args],
    {
      env: { ...process.env, NOTTE_API_KEY: 'key', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) =>
      resolve((JSON.parse(chunk.toString()) as { url: string }).url),
    );
    void exited.then(() => reject(new Error(said)));
  });
  return {
    url,
    child,
    call: apiCaller(url, 'key'),
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}
