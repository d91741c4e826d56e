/** Reads Chromium's stderr: keeps the last lines for errors, and finds its CDP endpoint. */
import type { Readable } from 'node:stream';
import { keptText } from '../base/foreign-text';

/** Chromium's announcement of its port; the same line since 2016. */
const ENDPOINT = /DevTools listening on (ws:\/\/\S+)/;
/** How much is kept: enough for a crash and the top of its stack. */
const MAX_LINES = 12;
const MAX_LINE_CHARS = 200;
/** Lines of every healthy Chromium on a machine without a desktop (by source folder), warnings, and lines of its wrapper scripts. */
const NOISE = [
  ENDPOINT,
  /^\[[^\]]*:ERROR:(?:dbus|google_apis\/gcm|components\/gcm_driver|device\/bluetooth|ui\/gl|gpu|components\/viz|media\/gpu|third_party\/blink|sandbox\/policy\/linux)\//,
  /^\[[^\]]*:(?:WARNING|INFO|VERBOSE\d*):/,
  /^\S+: \d+: \[: /,
];

/** Reads until the end, so that the browser never blocks on a full pipe. */
export class StderrLog {
  /** Resolves to the CDP endpoint once Chromium has announced it. Never rejects. */
  readonly endpoint: Promise<string>;
  /** The last lines that are not noise. */
  #lines: string[] = [];
  /** The beginning of the next line. */
  #line = '';

  constructor(stderr: Readable) {
    stderr.setEncoding('utf8');
    this.endpoint = new Promise((resolve) => {
      stderr.on('data', (chunk: string) => {
        const lines = (this.#line + chunk).split('\n');
        this.#line = cut(lines.pop() ?? '');
        for (const line of lines) {
          const url = ENDPOINT.exec(line)?.[1];
          if (url !== undefined) resolve(url);
        }
        this.#lines = [...this.#lines, ...lines.filter(isUseful).map(cut)].slice(-MAX_LINES);
      });
    });
  }

  /** The last lines that are not noise. */
  get tail(): string {
    const last = isUseful(this.#line) ? [this.#line] : [];
    return [...this.#lines, ...last].slice(-MAX_LINES).join('\n');
  }
}

function isUseful(line: string): boolean {
  return line.trim() !== '' && !NOISE.some((noise) => noise.test(line));
}

function cut(line: string): string {
  return keptText(line, MAX_LINE_CHARS);
}
