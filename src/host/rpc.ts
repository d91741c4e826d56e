/**
 * Calls over one socket, as lines of JSON: a request carries an id, its answer the same id. Both ends of host and worker use it.
 * Whoever must not wait for a process that stands still has it asked, all the while, whether it runs (a heartbeat).
 */
import type { Socket } from 'node:net';
import { isRecord, parseJson } from '../base/json';
import { HostError, SessionwrightError } from '../contract/errors';

/** The longest line that is waited for, in characters: what a call carries is a few thousand. */
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

/** How long the other side may be silent. */
export interface Heartbeat {
  /** Time between two questions whether it still runs, in milliseconds. */
  everyMs: number;
  /** How many of them may stay without an answer. */
  misses: number;
  /** Called once it has been silent for longer, just before the socket is closed. */
  onSilent: () => void;
}

/** Answers one call of the other side. */
export type CallHandler = (method: string, params: unknown) => Promise<unknown>;

/** One end of the conversation. Calls fail with {@link HostError} (`host_unavailable`) once the socket is closed. */
export class RpcPeer {
  /** Resolves when the socket is closed, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #handler: CallHandler;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #buffered = '';
  #isClosed = false;
  /** Questions of the heartbeat since the other side was heard last. */
  #unanswered = 0;
  #lostBecause = 'It was ended from outside, or crashed';

  constructor(socket: Socket, handler: CallHandler = refuse) {
    this.#socket = socket;
    this.#handler = handler;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => undefined); // 'close' follows, and is what counts
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
   * Calls the other side and waits for its answer. This process stays alive meanwhile, and not for the sake of an idle socket.
   * @throws {@link HostError} when the other side is gone or says nothing in time; its own error when the call failed there
   */
  async call(
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
   * Closes the socket when the other side stands still. Questions are counted, not time: a process that was suspended itself, with
   * its whole machine or at a breakpoint, has asked none meanwhile, and so draws no wrong conclusion.
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
    if (this.#buffered.length > MAX_LINE_CHARS) this.#socket.destroy(); // nor is this
    for (const line of lines) if (!this.#socket.destroyed) this.#dispatch(line);
  }

  #dispatch(line: string): void {
    const parsed = parseJson(line);
    if (!isRecord(parsed)) {
      this.#socket.destroy(); // not one of ours
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
      `The run's session host is gone (${doing}). ${this.#lostBecause}; the next test starts another one.`,
      { code: 'host_unavailable' },
    );
  }
}

function late(method: string, timeoutMs: number): HostError {
  return new HostError(
    `The run's session host runs, but did not answer ${method} within ${timeoutMs / 1000} s.`,
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
 * Rebuilds an error that the host threw: same name, code and fields, whatever its class. Its stack is only its message: frames of
 * this file would make reports show our code where the user looks for theirs.
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
    new HostError(`Nothing here answers ${method}.`, { code: 'host_protocol' }),
  );
}
