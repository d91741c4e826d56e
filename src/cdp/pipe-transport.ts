/** CDP over the two extra file descriptors of a browser started with `--remote-debugging-pipe`: JSON texts, each ended by a NUL byte. */
import type { Readable, Writable } from 'node:stream';
import { errorOf } from '../base/errors';
import { IncomingText, SERVER_LIMITS } from './incoming-text';
import type { Transport } from './transport';

/**
 * The pipe to a browser. When this process dies, for whatever reason, the operating system closes the pipe and Chromium exits by itself.
 * @see https://chromium.googlesource.com/chromium/src/+/main/content/browser/devtools/devtools_pipe_handler.cc
 */
export class PipeTransport implements Transport {
  onmessage?: ((message: string) => void) | undefined;
  onclose?: ((reason?: Error) => void) | undefined;
  readonly #toBrowser: Writable;
  readonly #fromBrowser: Readable;
  readonly #incoming = new IncomingText(SERVER_LIMITS);
  #isClosed = false;

  /**
   * @param toBrowser what the browser reads as file descriptor 3
   * @param fromBrowser what the browser writes as file descriptor 4
   */
  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser;
    this.#fromBrowser = fromBrowser;
    fromBrowser.on('data', (chunk: Buffer) => this.#receive(chunk));
    fromBrowser.once('close', () => this.#finish());
    fromBrowser.on('error', (error) => this.#finish(error));
    toBrowser.on('error', (error) => this.#finish(error)); // EPIPE: the browser is gone
  }

  send(message: string): void {
    if (!this.#isClosed) this.#toBrowser.write(`${message}\0`);
  }

  close(): void {
    this.#finish();
  }

  #receive(chunk: Buffer): void {
    let start = 0;
    try {
      for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
        this.#incoming.add(chunk.subarray(start, end));
        start = end + 1;
        this.onmessage?.(this.#incoming.take());
      }
      if (start < chunk.length) this.#incoming.add(chunk.subarray(start));
    } catch (error) {
      this.#finish(errorOf(error));
    }
  }

  #finish(reason?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#toBrowser.destroy();
    this.#fromBrowser.destroy();
    this.onclose?.(reason);
  }
}
