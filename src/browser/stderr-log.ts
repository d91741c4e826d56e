/** Reads what Chromium writes to stderr: keeps the last of it for errors, and finds its CDP endpoint. */
import type { Readable } from 'node:stream';

/** How much is kept, in characters: enough for a crash and its stack. */
const KEPT_CHARS = 8_192;
/** Chromium's announcement of its port; the same line since 2016. */
const ENDPOINT = /DevTools listening on (ws:\/\/\S+)/;

/** The last part of what a browser wrote. Keeps reading, so that the browser never blocks on a full pipe. */
export class StderrLog {
  /** Resolves to the CDP endpoint once Chromium has announced it. Never rejects. */
  readonly endpoint: Promise<string>;
  #text = '';

  constructor(stderr: Readable) {
    stderr.setEncoding('utf8');
    this.endpoint = new Promise((resolve) => {
      stderr.on('data', (chunk: string) => {
        this.#text = (this.#text + chunk).slice(-KEPT_CHARS);
        const url = ENDPOINT.exec(this.#text)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
  }

  /** The last lines, without the noise that every start makes. */
  get tail(): string {
    return this.#text
      .split('\n')
      .filter((line) => line.trim() && !ENDPOINT.test(line))
      .slice(-12)
      .join('\n');
  }

  /** All that is kept. */
  get text(): string {
    return this.#text;
  }
}
