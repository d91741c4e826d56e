/**
 * The remote Playwright of a session, for clients that use Playwright's own protocol. It is a separate process, so its memory, load and
 * crashes do not affect the session server. It starts with the first client. It ends with the session, or when this process ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playwrightBrowsersFolder } from '../../browser/playwright-browsers';
import { settledWithin, withDeadline } from '../../base/deadline';
import { playwrightCoreVersion } from '../../base/playwright-core';
import { isLogging, logOf, since } from '../../base/log';
import { SessionwrightError, timedOut } from '../../contract/errors';
import { playwrightEnvironment } from '../../options/environment';

/** How long a client may wait for its endpoint, in milliseconds: Playwright loads in 0.3 s, on a busy machine in some seconds. */
const OPEN_TIMEOUT_MS = 30_000;
/** How long a killed process may take to end, in milliseconds. */
const EXIT_TIMEOUT_MS = 5_000;

const log = logOf('browser');

/** A request to the process. */
export type PlaywrightRequest =
  | {
      type: 'open';
      id: number;
      cdpUrl: string;
      /** Headers of the WebSocket. */
      headers: Readonly<Record<string, string>>;
      isLocal: boolean;
    }
  | { type: 'close'; id: number };

/** The answer to `open`. */
export type PlaywrightAnswer = { id: number; endpoint: string } | { id: number; error: string };

/** The options of a process. */
export interface PlaywrightProcessOptions {
  /** CDP URL of the session's browser itself. */
  cdpUrl: string;
  /** Headers of a WebSocket to it. */
  cdpHeaders: Readonly<Record<string, string>>;
  /** Whether the browser reads and writes the files of this machine. */
  isLocal: boolean;
  /** The folder for everything that Playwright writes. The caller removes it after `close()`. */
  folder: string;
}

/** The endpoint of one client. */
export interface PlaywrightEndpoint {
  readonly url: URL;
  /** Closes the contexts of the client. */
  close(): void;
}

/** The process of one session. */
export class PlaywrightProcess {
  readonly #options: PlaywrightProcessOptions;
  readonly #waiting = new Map<number, (answer: PlaywrightAnswer) => void>();
  #child: Promise<ChildProcess> | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(options: PlaywrightProcessOptions) {
    this.#options = options;
  }

  /**
   * Opens an endpoint for one client: it has contexts of its own. Their pages stand in the first context of the others, as over CDP.
   * @throws {@link SessionwrightError} `playwright_unavailable` if the process, or its connection to the browser, fails
   */
  async open(): Promise<PlaywrightEndpoint> {
    const first = await this.#process();
    try {
      return await this.#openIn(first);
    } catch (error) {
      if (isRunning(first)) throw error;
      return this.#openIn(await this.#process()); // it was about to end
    }
  }

  async #process(): Promise<ChildProcess> {
    this.#child ??= this.#start();
    return this.#child.catch((error: unknown) => {
      this.#child = undefined;
      throw error;
    });
  }

  async #openIn(child: ChildProcess): Promise<PlaywrightEndpoint> {
    const startedMs = performance.now();
    const id = ++this.#lastId;
    const answered = new Promise<PlaywrightAnswer>((resolve) => this.#waiting.set(id, resolve));
    const { cdpUrl, cdpHeaders: headers, isLocal } = this.#options;
    send(child, { type: 'open', id, cdpUrl, headers, isLocal });
    try {
      if (!isRunning(child)) this.#end();
      const answer = await withDeadline(answered, OPEN_TIMEOUT_MS, () =>
        timedOut('the Playwright server beside the browser', OPEN_TIMEOUT_MS),
      );
      if ('error' in answer)
        throw new SessionwrightError(
          `The Playwright server beside the session's browser could not be opened: ${answer.error} Use the cdp_url.`,
          { code: 'playwright_unavailable' },
        );
      log('process %d: Playwright endpoint %d after %s', child.pid, id, since(startedMs));
      return { url: new URL(answer.endpoint), close: () => send(child, { type: 'close', id }) };
    } catch (error) {
      send(child, { type: 'close', id }); // it may open later
      throw error;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends the process, if there is one, and every connection to it. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = await this.#child?.catch(() => undefined);
    if (!child || !isRunning(child)) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL'); // its files are the session's, which removes them
    await settledWithin(exited, EXIT_TIMEOUT_MS);
  }

  async #start(): Promise<ChildProcess> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const child = spawn(process.execPath, [script()], {
      detached: process.platform !== 'win32', // Ctrl-C is ours to handle
      stdio: ['ignore', 'ignore', isLogging ? 'inherit' : 'ignore', 'ipc'], // the channel closes with this process, however that ends
      env: playwrightEnvironment(folder, playwrightBrowsersFolder() ?? folder),
      windowsHide: true,
    });
    child.on('message', (answer: PlaywrightAnswer) => this.#waiting.get(answer.id)?.(answer));
    child.once('error', () => this.#end());
    child.once('exit', () => this.#end());
    if (this.#isClosed) child.kill('SIGKILL');
    return child;
  }

  /** The next client gets another process. */
  #end(): void {
    this.#child = undefined;
    for (const [id, resolve] of this.#waiting) resolve({ id, error: 'its process ended.' });
  }
}

/** The version of Playwright that is spoken here; undefined if there is none, because the session server was bundled into a program. */
export function playwrightVersion(): string | undefined {
  return existsSync(script()) ? playwrightCoreVersion() : undefined;
}

/** The script of the process, which is next to this file in the built package. */
function script(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'playwright-server.js');
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function send(child: ChildProcess, request: PlaywrightRequest): void {
  if (child.connected) child.send(request, () => undefined); // it may just be ending
}
