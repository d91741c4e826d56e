/** Gathers the messages of a browser without trusting their size: of one that is too long, only its beginning and its end are ever in memory. */
import { CdpError } from '../contract/errors';

/** Bytes at the beginning of a message that say what it is, and with which words a text in it begins. */
const HEAD_BYTES = 4_096;
/** Bytes at its end: `,"sessionId":"` and an id of 32 characters. */
const TAIL_BYTES = 64;

/** The most that a message may have, in bytes of JSON. */
export interface MessageLimits {
  /** Of an answer to a command. */
  answer: number;
  /** Of an event that is not named below. */
  event: number;
  /** By the name of the event, at least 4 KB. */
  of: Readonly<Record<string, number>>;
}

/** For a process that serves many sessions. The largest answers and events are pictures. A URL may have 2 MB, and comes several times in one event. */
export const SERVER_LIMITS: MessageLimits = {
  answer: 64_000_000,
  event: 8_000_000,
  of: {
    ...ofConsole(64_000),
    'Page.screencastFrame': 64_000_000,
    'Network.requestWillBeSent': 1_000_000,
    'Network.requestWillBeSentExtraInfo': 1_000_000,
    'Network.webSocketFrameReceived': HEAD_BYTES,
    'Network.webSocketFrameSent': HEAD_BYTES,
    'Network.eventSourceMessageReceived': HEAD_BYTES,
  },
};

/** The same where Playwright listens: of each page it keeps the newest 200 messages of the console, 200 errors and 100 requests, as they come. */
export const PLAYWRIGHT_LIMITS: MessageLimits = {
  ...SERVER_LIMITS,
  of: { ...SERVER_LIMITS.of, ...ofConsole(HEAD_BYTES), 'Network.requestWillBeSent': 256_000 },
};

/** For the process of one worker, whose tests see what their pages send: a picture or PDF of a very long page, as in Playwright's own transport. */
export const WORKER_LIMITS: MessageLimits = { answer: 256_000_000, event: 256_000_000, of: {} };

/** Stands in for an event that was longer than its limit. */
export interface SkippedEvent {
  /** The event. */
  method: string;
  /** The size of its message. */
  bytes: number;
  /** The first 4 KB of it: JSON that is cut off somewhere. */
  head: string;
}

/** One message after the other, as their pieces arrive. */
export class IncomingText {
  readonly #limits: MessageLimits;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Undefined as long as the message is too short to ask. */
  #limit: number | undefined;
  /** Of a message that is too long, and of which nothing more is kept. */
  #head: string | undefined;
  #tail = Buffer.alloc(0);

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  /** Adds a piece of the message. */
  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#head === undefined) this.#pieces.push(piece);
    else this.#keepTail(piece);
    if (this.#bytes <= HEAD_BYTES || this.#head !== undefined) return;
    this.#limit ??= this.#limitOf(this.#start());
    if (this.#bytes <= this.#limit) return;
    this.#head = this.#start();
    for (const it of this.#pieces) this.#keepTail(it);
    this.#pieces = [];
  }

  /**
   * The message, which is complete. For one that was too long: the answer that the command has failed, or a `sessionwright.skipped` event.
   * @throws {@link CdpError} (`cdp_closed`) when it was too long, and nothing says what it was
   */
  take(): string {
    const [pieces, head, tail, bytes] = [this.#pieces, this.#head, this.#tail, this.#bytes];
    this.#pieces = [];
    this.#bytes = 0;
    this.#limit = undefined;
    this.#head = undefined;
    this.#tail = Buffer.alloc(0);
    if (head !== undefined) return standIn(head, tail.toString(), bytes);
    const [only] = pieces;
    return (pieces.length === 1 && only ? only : Buffer.concat(pieces)).toString('utf8');
  }

  /** The beginning, without half of a character. */
  #start(): string {
    const bytes = Buffer.concat(this.#pieces).subarray(0, HEAD_BYTES);
    return new TextDecoder().decode(bytes, { stream: true });
  }

  #limitOf(head: string): number {
    const method = methodIn(head);
    return method === undefined
      ? this.#limits.answer
      : (this.#limits.of[method] ?? this.#limits.event);
  }

  #keepTail(piece: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }
}

/** Their size is up to the page, and only their beginning is ever shown. */
function ofConsole(bytes: number): MessageLimits['of'] {
  return {
    'Runtime.consoleAPICalled': bytes,
    'Runtime.exceptionThrown': bytes,
    'Log.entryAdded': bytes,
  };
}

function standIn(head: string, tail: string, bytes: number): string {
  const [, sessionId] = /,"sessionId":"(\w+)"\}$/.exec(tail) ?? [];
  const method = methodIn(head);
  if (method !== undefined)
    return JSON.stringify({
      method: 'sessionwright.skipped',
      params: { method, bytes, head },
      sessionId,
    });
  const [, id] = /^\{"id":(\d+)/.exec(head) ?? [];
  const message = `The browser's answer is too large: ${Math.ceil(bytes / 1e6)} MB`;
  if (id !== undefined)
    return JSON.stringify({ id: Number(id), error: { code: -32_000, message }, sessionId });
  throw new CdpError(`A message of the browser is too large: ${Math.ceil(bytes / 1_000_000)} MB.`, {
    code: 'cdp_closed',
    method: 'connect',
  });
}

/** Chromium begins each event with its name. */
function methodIn(head: string): string | undefined {
  return /^\{"method":"([\w.]+)"/.exec(head)?.[1];
}
