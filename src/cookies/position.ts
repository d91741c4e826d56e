/** Finds places in JSON text, so that a message can say where something is wrong: V8 tells no position for most errors. */

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WHITE_SPACE = /[\t\n\r ]*/y;
const SCALAR = new RegExp(
  `${STRING.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null`,
  'y',
);

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where text stops being JSON (RFC 8259); its length when it is JSON, or ends too early. */
export function syntaxErrorOffset(text: string): number {
  return new JsonScanner(text).scan().offset;
}

/** Where each element of the array at the top of valid JSON begins. */
export function elementOffsets(text: string): number[] {
  return new JsonScanner(text).scan().elements;
}

/** Walks over JSON without keeping its values. It never steps back, so where it stops is where the text is wrong. */
class JsonScanner {
  readonly elements: number[] = [];
  offset = 0;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): this {
    this.#step(WHITE_SPACE);
    this.#value();
    return this;
  }

  #value(): boolean {
    if (this.#take(/\{/y))
      return this.#items(() => this.#take(STRING) && this.#take(/:/y) && this.#value(), /\}/y);
    if (this.#take(/\[/y)) return this.#items(() => this.#element(), /\]/y);
    return this.#take(SCALAR);
  }

  #element(): boolean {
    if (this.#depth === 1) this.elements.push(this.offset);
    return this.#value();
  }

  #items(item: () => boolean, end: RegExp): boolean {
    if (this.#take(end)) return true;
    this.#depth++;
    do if (!item()) return false;
    while (this.#take(/,/y));
    this.#depth--;
    return this.#take(end);
  }

  /** Steps over a token and the white space after it, if it is next. */
  #take(token: RegExp): boolean {
    return this.#step(token) && this.#step(WHITE_SPACE);
  }

  #step(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const isNext = pattern.test(this.#text);
    if (isNext) this.offset = pattern.lastIndex;
    return isNext;
  }
}
