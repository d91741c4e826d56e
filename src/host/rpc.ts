/** Calls over one socket, as lines of JSON: a request carries an id, its answer the same id. Both ends of host and worker use it. */
import type { Socket } from 'node:net';
import { HostError, SessionwrightError } from '../contract/errors';

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
  | { id: number; error: WireError };

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

  /** Calls the other side and waits for its answer. */
  async call(method: string, params: unknown): Promise<unknown> {
    if (this.#isClosed) throw lost(method);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#write({ id, method, params });
    });
  }

  /** Keeps, or no longer keeps, this process alive for the sake of the socket. */
  setRef(ref: boolean): void {
    if (ref) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #write(message: Message): void {
    if (!this.#isClosed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #receive(chunk: string): void {
    const lines = (this.#buffered + chunk).split('\n');
    this.#buffered = lines.pop() ?? '';
    for (const line of lines) this.#dispatch(line);
  }

  #dispatch(line: string): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      this.#socket.destroy(); // not one of ours
      return;
    }
    if ('method' in message) {
      void this.#answer(message.id, message.method, message.params);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
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
    for (const pending of this.#pending.values()) pending.reject(lost('waiting for an answer'));
    this.#pending.clear();
  }
}

function lost(doing: string): HostError {
  return new HostError(
    `The run's session host is gone (${doing}). It was ended from outside, or crashed; the next test starts another one.`,
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
    stack: `${wire.name}: ${wire.message}`,
  });
}

function refuse(method: string): Promise<never> {
  return Promise.reject(
    new HostError(`Nothing here answers ${method}.`, { code: 'host_protocol' }),
  );
}
