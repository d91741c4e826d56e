/** The texts of a run page: each once, without secrets. */
import { relative, sep } from 'node:path';
import { withoutSecrets } from '../../story/secrets';

/** Longer texts are not remembered: they hardly repeat. In characters. */
const MAX_KEPT = 1_000;

/** A place in a file. */
interface Place {
  file: string;
  line: number;
}

/** A table of texts. The first one is empty, and stands for none. */
export class Texts {
  readonly all: string[] = [''];
  readonly #index = new Map<string, number>([['', 0]]);
  readonly #clean = new Map<string, string>();
  readonly #secrets: readonly string[];
  readonly #rootDir: string;

  /**
   * @param rootDir - files are named from here
   * @param secrets - what no text may hold
   */
  constructor(rootDir: string, secrets: readonly string[]) {
    this.#rootDir = rootDir;
    this.#secrets = secrets;
  }

  /** The index of a text. */
  add(text: string): number {
    const shown = this.clean(text);
    const known = this.#index.get(shown);
    if (known !== undefined) return known;
    const index = this.all.push(shown) - 1;
    this.#index.set(shown, index);
    return index;
  }

  /** The index of a file and its line. */
  place(place: Place): number {
    return this.add(this.placeName(place));
  }

  /** A file and its line as people name them. */
  placeName({ file, line }: Place): string {
    return `${this.file(file)}:${line}`;
  }

  /** A file as people name it. */
  file(file: string): string {
    const path = relative(this.#rootDir, file);
    return (path.startsWith('..') ? file : path).split(sep).join('/');
  }

  /** A text without secrets. */
  clean(text: string): string {
    const known = this.#clean.get(text);
    if (known !== undefined) return known;
    const shown = withoutSecrets(text, this.#secrets);
    if (text.length <= MAX_KEPT) this.#clean.set(text, shown);
    return shown;
  }
}
