/** Reads what Chromium writes to stderr: keeps the last of it for errors, and finds its CDP endpoint. */
import type { Readable } from 'node:stream';
import { keptText } from '../base/foreign-text';

/** Chromium's announcement of its port; the same line since 2016. */
const ENDPOINT = /DevTools listening on (ws:\/\/\S+)/;
/** How much of it is told, in lines and in characters of each: a crash and the top of its stack. */
const TOLD_LINES = 12;
const TOLD_LINE_CHARS = 200;
/** What every healthy Chromium writes on a machine without a desktop, by the folder of its source; warnings; and its wrapper's scripts. */
const NOISE = [
  ENDPOINT,
  /^\[[^\]]*:ERROR:(?:dbus|google_apis\/gcm|components\/gcm_driver|device\/bluetooth|ui\/gl|gpu|components\/viz|media\/gpu|third_party\/blink|sandbox\/policy\/linux)\//,
  /^\[[^\]]*:(?:WARNING|INFO|VERBOSE\d*):/,
  /^\S+: \d+: \[: /,
];

/** Reads what a browser writes, as long as it does, so that the browser never blocks on a full pipe. */
export class StderrLog {
  /** Resolves to the CDP endpoint once Chromium has announced it. Never rejects. */
  readonly endpoint: Promise<string>;
  /** The last lines that tell something. */
  #told: string[] = [];
  /** What was written of the line that is not at its end yet. */
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
        this.#told = [...this.#told, ...lines.filter(tellsSomething).map(cut)].slice(-TOLD_LINES);
      });
    });
  }

  /** The last lines that tell something, without the noise that every browser makes. */
  get tail(): string {
    const last = tellsSomething(this.#line) ? [this.#line] : [];
    return [...this.#told, ...last].slice(-TOLD_LINES).join('\n');
  }
}

function tellsSomething(line: string): boolean {
  return line.trim() !== '' && !NOISE.some((noise) => noise.test(line));
}

function cut(line: string): string {
  return keptText(line, TOLD_LINE_CHARS);
}
