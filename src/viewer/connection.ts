/** A live socket that reconnects by itself. */
import type { LiveInput, LiveMessage } from '../contract/viewer';

/** Time before the first attempt to reconnect, in milliseconds; doubled each time, up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The server sends a message at least every 20 seconds. A connection that is silent for longer than this, in milliseconds, is dead. */
const LONGEST_SILENCE_MS = 60_000;
/** Bytes before the JPEG: width and height of the page. */
const HEAD_BYTES = 4;

/** A picture of a page. */
export interface Picture {
  jpeg: Blob;
  /** Size of the page in CSS pixels. */
  width: number;
  height: number;
}

export interface ConnectionListener {
  onPicture(picture: Picture): void;
  onMessage(message: LiveMessage): void;
  onState(state: ConnectionState): void;
}

export type ConnectionState =
  { name: 'connecting' } | { name: 'open' } | { name: 'lost'; retryAtMs: number };

/** Reconnects until it is closed or the session ends. */
export class Connection {
  readonly #url: string;
  readonly #listener: ConnectionListener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;
  #isOver = false;

  constructor(url: string, listener: ConnectionListener) {
    this.#url = url;
    this.#listener = listener;
    this.#open();
  }

  send(input: LiveInput): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(input));
  }

  /** Reconnects at once. */
  retry(): void {
    clearTimeout(this.#timer);
    this.#open();
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#socket?.close();
  }

  #open(): void {
    this.#listener.onState({ name: 'connecting' });
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#watch(socket);
    socket.onopen = () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.#listener.onState({ name: 'open' });
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#watch(socket);
      if (typeof data === 'string') this.#receive(JSON.parse(data) as LiveMessage);
      else this.#listener.onPicture(unframed(data));
    };
    socket.onclose = () => this.#lose(socket);
  }

  /** A lost network closes no socket, so a silent one is replaced. */
  #watch(socket: WebSocket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lose(socket), LONGEST_SILENCE_MS);
  }

  #receive(message: LiveMessage): void {
    if (message.kind === 'end') this.#isOver = true;
    this.#listener.onMessage(message);
  }

  #lose(socket: WebSocket): void {
    if (this.#isOver || socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#silence);
    socket.close();
    const waitMs = this.#waitMs * (0.75 + Math.random() / 2); // so that the viewers of a server do not reconnect all at once
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#listener.onState({ name: 'lost', retryAtMs: Date.now() + waitMs });
    this.#timer = setTimeout(() => this.#open(), waitMs);
  }
}

function unframed(data: ArrayBuffer): Picture {
  const head = new DataView(data, 0, HEAD_BYTES);
  return {
    width: head.getUint16(0),
    height: head.getUint16(2),
    jpeg: new Blob([new Uint8Array(data, HEAD_BYTES)], { type: 'image/jpeg' }),
  };
}
