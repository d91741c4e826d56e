/**
 * Tells a session server which test runs in a session, and its steps, for its viewer: in batches that nobody waits for. What cannot be
 * sent is dropped, and an API that does not know the call is asked no more.
 */
import { logOf } from '../base/log';
import { ApiError } from '../contract/errors';
import { MAX_NOTES, shortNote, type TestNote } from '../contract/test-notes';

/** How long notes wait for others to go with them, in milliseconds: a viewer shows what happens, and each call costs. */
const GATHER_MS = 500;
/** Notes that wait at most; newer ones are dropped. */
const MAX_WAITING = 4 * MAX_NOTES;
/** How an API answers that has no such call. */
const UNKNOWN_CALL = [404, 405, 501];

const log = logOf('api');

/** The notes on one session. */
export class NoteTeller {
  readonly #send: (notes: readonly TestNote[]) => Promise<unknown>;
  #waiting: TestNote[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isOver = false;

  constructor(send: (notes: readonly TestNote[]) => Promise<unknown>) {
    this.#send = send;
  }

  /** Tells this soon. */
  add(notes: readonly TestNote[]): void {
    if (this.#isOver) return;
    this.#waiting.push(...notes.slice(0, MAX_WAITING - this.#waiting.length).map(shortNote));
    if (notes.some((note) => 'preparedContext' in note)) void this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  /** Resolves when all that was to be told is told, or dropped. */
  async flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isOver) {
      const notes = this.#waiting.splice(0, MAX_NOTES);
      await this.#send(notes).catch((error: unknown) => {
        log('%d notes on tests dropped: %s', notes.length, error);
        if (error instanceof ApiError && UNKNOWN_CALL.includes(error.status ?? 0))
          this.#isOver = true;
      });
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
