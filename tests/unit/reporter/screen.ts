/** A terminal's screen, as far as reporters use one: what a person sees after all that was written. Lines never break by themselves. */

const COMMAND = /\u001b\[(\?)?([\d;]*)([A-Za-z])/y;

/** The screen. */
export class Screen {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;

  /** The lines, without empty ones at the end. */
  get lines(): string[] {
    return this.#rows
      .map((row) => row.trimEnd())
      .join('\n')
      .trimEnd()
      .split('\n');
  }

  write(text: string): void {
    for (let at = 0; at < text.length;) {
      COMMAND.lastIndex = at;
      const [command = '', isPrivate, count = '', kind = ''] = COMMAND.exec(text) ?? [];
      if (command !== '') {
        if (isPrivate === undefined) this.#command(kind, count);
        at += command.length;
      } else this.#put(text[at++] ?? '');
    }
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#moveTo(this.#row + 1, 0);
    else {
      const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
      this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
      this.#column++;
    }
  }

  #command(kind: string, text: string): void {
    const count = Number(text || 1);
    if (kind === 'A') this.#moveTo(this.#row - count, this.#column);
    else if (kind === 'E') this.#moveTo(this.#row + count, 0);
    else if (kind === 'G') this.#column = Math.max(0, Number(text) - 1);
    else if (kind === 'K' && text === '2') this.#rows[this.#row] = '';
    else if (kind !== 'm') throw new Error(`The screen does not know ${kind}.`);
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.#rows.length <= this.#row) this.#rows.push('');
  }
}
