/**
 * Calls over one socket, as lines of JSON: an answer has the id of its request. Both host and worker use it. Heartbeats detect a frozen
 * process.
 */
import type { Socket } from 'node:net';
import { isRecord, parseJson } from '../base/json';
import { HostError, SessionwrightError } from '../contract/errors';

/** The longest accepted line, in characters; most have a few thousand. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

interface WireError {
  message: string;
  name: string;
  code: string;
  fields: Record<string, unknown>;
}

type Message =
  | { id: number; method: string; params: unknown }
  | { id: number; result: unknown }
  | { id: number; error: WireError }
  | { beat: 'ask' | 'answer' };

/** How a frozen process is detected. */
export interface Heartbeat {
  /** Time between two heartbeats, in milliseconds. */
  everyMs: number;
  /** How many may stay without an answer. */
  misses: number;
  /** Called just before the socket is closed. */
  onSilent: () => void;
}

/** Answers a call of the other process. */
export type CallHandler = (method: string, params: unknown) => Promise<unknown>;

/** One end of the socket. Calls fail with {@link HostError} (`host_unavailable`) once it is closed. */
export class RpcPeer {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #handler: CallHandler;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #buffered = '';
  #isClosed = false;
  /** Heartbeats since the last message of the other process. */
  #unanswered = 0;
  #lostBecause = 'It was ended from outside, or crashed';

  constructor(socket: Socket, handler: CallHandler = refuse) {
    this.#socket = socket;
    this.#handler = handler;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => undefined); // 'close' follows
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#fail();
        resolve();
      }),
    );
  }

  /** False once the socket is closed. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /**
   * Calls the other process and waits for its answer. The socket keeps this process alive only during calls.
   * @throws {@link HostError} if the other process is gone or does not answer in time; its error if the call failed there
   */
  async request(
    method: string,
    params: unknown,
    { timeoutMs }: { timeoutMs?: number | undefined } = {},
  ): Promise<unknown> {
    if (this.#isClosed) throw this.#lost(method);
    const id = this.#nextId++;
    this.#socket.ref();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        if (timeoutMs !== undefined)
          timer = setTimeout(() => reject(late(method, timeoutMs)), timeoutMs);
        this.#write({ id, method, params });
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#socket.unref();
    }
  }

  /**
   * Closes the socket if the other process is frozen. Counts heartbeats, not time: a process that was suspended itself, with its machine or
   * at a breakpoint, sent none.
   */
  watch({ everyMs, misses, onSilent }: Heartbeat): void {
    const timer = setInterval(() => {
      if (this.#unanswered++ < misses) {
        this.#write({ beat: 'ask' });
        return;
      }
      this.#lostBecause = `It did not answer for ${(everyMs * misses) / 1000} s`;
      onSilent();
      this.#socket.destroy();
    }, everyMs).unref();
    void this.closed.then(() => clearInterval(timer));
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #write(message: Message): void {
    if (!this.#isClosed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #receive(chunk: string): void {
    this.#unanswered = 0;
    const lines = (this.#buffered + chunk).split('\n');
    this.#buffered = lines.pop() ?? '';
    if (this.#buffered.length > MAX_LINE_CHARS) this.#socket.destroy();
    for (const line of lines) if (!this.#socket.destroyed) this.#dispatch(line);
  }

  #dispatch(line: string): void {
    const parsed = parseJson(line);
    if (!isRecord(parsed)) {
      this.#socket.destroy(); // not our protocol
      return;
    }
    const message = parsed as Message;
    if ('beat' in message) {
      if (message.beat === 'ask') this.#write({ beat: 'answer' });
      return;
    }
    if ('method' in message) {
      void this.#answer(message.id, message.method, message.params);
      return;
    }
    const pending = this.#pending.get(message.id);
    if ('error' in message) pending?.reject(fromWire(message.error));
    else pending?.resolve(message.result);
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      this.#write({ id, result: (await this.#handler(method, params)) ?? null });
    } catch (error) {
      this.#write({ id, error: toWire(error) });
    }
  }

  #fail(): void {
    this.#isClosed = true;
    for (const pending of this.#pending.values())
      pending.reject(this.#lost('waiting for an answer'));
  }

  #lost(doing: string): HostError {
    return new HostError(
      `The run's session host is gone (${doing}). ${this.#lostBecause}. The next test starts another one.`,
      { code: 'host_unavailable' },
    );
  }
}

function late(method: string, timeoutMs: number): HostError {
  return new HostError(
    `The run's session host did not answer ${method} within ${timeoutMs / 1000} s.`,
    { code: 'host_unavailable' },
  );
}

function toWire(error: unknown): WireError {
  if (!(error instanceof Error))
    return { message: String(error), name: 'Error', code: 'internal', fields: {} };
  const { message, name, cause, stack, ...fields } = error as Error & Record<string, unknown>;
  return {
    message,
    name,
    code: typeof fields['code'] === 'string' ? fields['code'] : 'internal',
    fields,
  };
}

/**
 * Rebuilds an error of the host, with the same name, code and fields. Its stack is only its message: reports would show frames of this
 * file instead of the user's code.
 */
function fromWire(wire: WireError): SessionwrightError {
  const error = new SessionwrightError(wire.message, { code: wire.code });
  return Object.assign(error, wire.fields, {
    name: wire.name,
    stack: `${wire.name}: ${error.message}`,
  });
}

function refuse(method: string): Promise<never> {
  return Promise.reject(
    new HostError(`There is no handler for ${method}.`, { code: 'host_protocol' }),
  );
}
