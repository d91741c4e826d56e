/** One CDP connection: numbers the commands, matches the answers, and routes events to the session they belong to. */
import { errorOf } from '../base/errors';
import { logOf } from '../base/log';
import { doWork } from '../base/current-work';
import { CdpError } from '../contract/errors';
import type { CdpArguments, CdpCommand, CdpEvent, CdpEvents, CdpResult } from './protocol';
import type { Transport } from './transport';

/** Messages by name and length: what they hold is the page's, and may be secret. */
const log = logOf('cdp');

type Listener = (params: unknown) => void;
/** Sends one command and resolves to its answer. */
type SendCommand = (
  method: string,
  params: object | undefined,
  sessionId: string | undefined,
) => Promise<unknown>;

/** A command that waits for its answer. `callSite` keeps the caller's stack, so that an error can name it. */
interface PendingCommand {
  method: string;
  sessionId: string | undefined;
  callSite: { stack?: string };
  resolve: (result: unknown) => void;
  reject: (error: CdpError) => void;
}

interface ProtocolError {
  code: number;
  message: string;
  data?: string;
}

interface IncomingMessage {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: ProtocolError;
}

/** Commands and events of one target: of the browser itself, or of a page or worker that we attached to. */
export class CdpSession {
  /** The protocol's id of this session; undefined for the browser itself. */
  readonly id: string | undefined;
  readonly #sendCommand: SendCommand;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(sendCommand: SendCommand, id?: string) {
    this.#sendCommand = sendCommand;
    this.id = id;
  }

  /**
   * Sends a command and resolves to its answer.
   * @throws {@link CdpError} `cdp_error` when the browser refuses the command, `cdp_closed` when the target or the connection is gone; its stack names the caller
   */
  async send<C extends CdpCommand>(method: C, ...params: CdpArguments<C>): Promise<CdpResult<C>> {
    return (await this.#sendCommand(method, params[0], this.id)) as CdpResult<C>;
  }

  /** Calls the listener on each such event. Returns the function that ends it. */
  on<E extends CdpEvent>(event: E, listener: (params: CdpEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  /** Delivers an event. Called by the connection only. */
  emit(event: string, params: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(params);
  }
}

/** A connection to a browser. Its own commands and events are the browser's; {@link CdpConnection.session} gives those of a target. */
export class CdpConnection {
  /** Resolves when the connection is closed, by either side. Never rejects. */
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #browser: CdpSession;
  readonly #sessions = new Map<string, CdpSession>();
  readonly #pending = new Map<number, PendingCommand>();
  #nextId = 1;
  #misunderstood: Error | undefined;
  #closeReason: string | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#browser = new CdpSession(this.#sendCommand);
    transport.onmessage = (message) => doWork('a CDP message', () => this.#receive(message));
    this.closed = new Promise((resolve) => {
      transport.onclose = (reason) => {
        this.#failAll(this.#misunderstood ?? reason);
        resolve();
      };
    });
  }

  /** False once the connection is closed. */
  get isOpen(): boolean {
    return this.#closeReason === undefined;
  }

  /** Sends a command to the browser itself; see {@link CdpSession.send}. */
  send<C extends CdpCommand>(method: C, ...params: CdpArguments<C>): Promise<CdpResult<C>> {
    return this.#browser.send(method, ...params);
  }

  /** Listens to an event of the browser itself; see {@link CdpSession.on}. */
  on<E extends CdpEvent>(event: E, listener: (params: CdpEvents[E]) => void): () => void {
    return this.#browser.on(event, listener);
  }

  /** The session of an attached target, by the id that attaching gave. The same object each time, until it is detached. */
  session(sessionId: string): CdpSession {
    const known = this.#sessions.get(sessionId);
    if (known) return known;
    const session = new CdpSession(this.#sendCommand, sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** Closes the connection; commands that still wait fail with `cdp_closed`. The browser lives on. */
  close(): void {
    this.#transport.close();
  }

  #sendCommand: SendCommand = (method, params, sessionId) => {
    const callSite: { stack?: string } = {};
    Error.captureStackTrace(callSite, this.#sendCommand);
    return new Promise((resolve, reject) => {
      const command = { method, sessionId, callSite, resolve, reject };
      if (this.#closeReason !== undefined) {
        reject(commandError(command, 'cdp_closed', this.#closeReason));
        return;
      }
      const id = this.#nextId++;
      this.#pending.set(id, command);
      const text = JSON.stringify({ id, method, params, sessionId });
      log('> %d %s (%d)', id, method, text.length);
      this.#transport.send(text);
    });
  };

  /** What comes from a browser of somebody else's may be anything: what is no CDP costs this connection, and not the whole process. */
  #receive(text: string): void {
    try {
      const message = JSON.parse(text) as IncomingMessage;
      if (log.enabled) this.#logIncoming(message, text.length);
      if (message.id === undefined) this.#dispatch(message);
      else this.#settle(message.id, message);
    } catch (error) {
      this.#misunderstood ??= errorOf(error);
      this.#transport.close();
    }
  }

  #logIncoming({ id, method, error }: IncomingMessage, length: number): void {
    if (id === undefined) log('< %s (%d)', method, length);
    else log('< %d %s%s (%d)', id, this.#pending.get(id)?.method, error ? ' refused' : '', length);
  }

  #settle(id: number, { result, error }: IncomingMessage): void {
    const command = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) command?.reject(refusal(command, error));
    else command?.resolve(result);
  }

  #dispatch({ sessionId, method = '', params }: IncomingMessage): void {
    const session = sessionId === undefined ? this.#browser : this.#sessions.get(sessionId);
    if (method === 'Target.attachedToTarget')
      this.session((params as CdpEvents['Target.attachedToTarget']).sessionId);
    session?.emit(method, params);
    if (method === 'Target.detachedFromTarget')
      this.#forget((params as CdpEvents['Target.detachedFromTarget']).sessionId);
  }

  /** A detached session answers no more: what still waits there fails now. */
  #forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    for (const [id, command] of this.#pending) {
      if (command.sessionId !== sessionId) continue;
      this.#pending.delete(id);
      command.reject(commandError(command, 'cdp_closed', 'the target is closed or was detached'));
    }
  }

  #failAll(reason: Error | undefined): void {
    this.#closeReason = reason
      ? `the connection to the browser broke: ${reason.message}`
      : 'the connection to the browser is closed';
    for (const command of this.#pending.values())
      command.reject(commandError(command, 'cdp_closed', this.#closeReason));
    this.#pending.clear();
    this.#sessions.clear();
  }
}

function refusal(command: PendingCommand, { message, data }: ProtocolError): CdpError {
  return commandError(
    command,
    isGone(message) ? 'cdp_closed' : 'cdp_error',
    data ? `${message} (${data})` : message,
  );
}

/** True when a refusal means that the target has gone in the meantime. Chromium's texts: it sends no distinct code. */
function isGone(text: string): boolean {
  return /session with given id not found|no target with given id|target closed|inspected target navigated or closed/i.test(
    text,
  );
}

function commandError(
  command: PendingCommand,
  code: 'cdp_error' | 'cdp_closed',
  reason: string,
): CdpError {
  const error = new CdpError(
    `CDP command ${command.method} failed: ${reason.replace(/\.$/, '')}.`,
    { code, method: command.method },
  );
  const frames = command.callSite.stack?.split('\n').slice(1).join('\n') ?? '';
  error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}
