/**
 * One line at the end of a terminal that changes in place, beside reporters that write to the same terminal: it stands only where a
 * line begins, and goes before anybody else writes, so that each of them finds the cursor where it has left it.
 */

import { oneLine, printable } from '../base/texts';

/** Takes the line away, and leaves the cursor at its begin. */
const ERASE = '\r\u001b[2K';
/** What leaves the cursor at the begin of a line: its end, or a command of the terminal; colours may follow. */
const AT_BEGIN = /(?:[\n\r]|\u001b\[\d*[EF]|\u001b\[[01]?G)(?:\u001b\[[\d;]*m)*$/;
/** Commands of the terminal, which by themselves leave it where it is. */
const COMMANDS = /\u001b\[[\d;]*[A-Za-z]/g;
/** After somebody else has written, it comes back so late, in milliseconds: they write many lines at once. */
const BACK_MS = 100;

/** A terminal, as far as it is written to. */
export interface Terminal {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write: Write;
}

type Write = (chunk: string | Uint8Array, ...rest: never[]) => boolean;

/** A terminal, its own way to write, and ours, which stands in its place. */
interface Hooked {
  stream: Terminal;
  write: Write;
  ours: Write;
}

/** The line. */
export class StatusLine {
  readonly #streams: Hooked[];
  #text = '';
  #isDrawn = false;
  #isAtBegin = true;
  #timer: NodeJS.Timeout | undefined;

  /** @param streams - everything that is written to the terminal goes through these; the line goes through the first one */
  constructor(streams: readonly Terminal[]) {
    this.#streams = streams.map((stream) => {
      const { write } = stream;
      const ours = this.#writer((...args) => write.apply(stream, args));
      stream.write = ours;
      return { stream, write, ours };
    });
  }

  /** Shows a text instead of the one before; an empty one shows nothing. */
  show(text: string): void {
    const shown = printable(oneLine(text));
    if (shown === this.#text) return;
    this.#erase();
    this.#text = shown;
    this.#draw();
  }

  /** Takes the line away for good. */
  close(): void {
    this.#erase();
    this.#text = '';
    clearTimeout(this.#timer);
    for (const { stream, write, ours } of this.#streams.splice(0))
      if (stream.write === ours) stream.write = write; // else somebody has put theirs on top
  }

  #writer(write: Write): Write {
    return (chunk, ...rest) => {
      if (this.#isDrawn) write(ERASE);
      this.#isDrawn = false;
      this.#follow(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      if (this.#text !== '') this.#timer ??= setTimeout(() => this.#comeBack(), BACK_MS).unref();
      return write(chunk, ...rest);
    };
  }

  #comeBack(): void {
    this.#timer = undefined;
    this.#draw();
  }

  /** Where the cursor is after somebody has written this. */
  #follow(chunk: string): void {
    if (AT_BEGIN.test(chunk)) this.#isAtBegin = true;
    else if (chunk.replace(COMMANDS, '') !== '') this.#isAtBegin = false;
  }

  #draw(): void {
    const [first] = this.#streams;
    if (!first || this.#isDrawn || !this.#isAtBegin || this.#text === '') return;
    first.write.call(first.stream, fitted(this.#text, (first.stream.columns ?? 0) - 1));
    this.#isDrawn = true;
  }

  #erase(): void {
    const [first] = this.#streams;
    if (first && this.#isDrawn) first.write.call(first.stream, ERASE);
    this.#isDrawn = false;
  }
}

/** As much of it as surely fits, for a line that is broken could not be taken away: what is not ASCII may be two columns wide. */
export function fitted(text: string, columns: number): string {
  let left = columns;
  let shown = '';
  for (const character of text) {
    left -= character >= ' ' && character <= '~' ? 1 : 2;
    if (left < 0) break;
    shown += character;
  }
  return shown;
}
