/** Somebody who looks at a session through a socket: gets the newest picture as fast as its line allows, and no older one. */
import type { WebSocket } from 'ws';
import type { LiveMessage } from '../../contract/viewer';

/** WebSocket close code of a normal end. */
export const NORMAL_CLOSURE = 1000;
/** One that has not taken so many bytes is cut off: 20 pictures, or 10,000 events. Its page comes back by itself, and is told anew. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;

/** How somebody looks. */
export interface WatchOptions {
  /** A thumbnail: small pictures, about one a second, and no events. */
  isSmall: boolean;
  /** May use mouse and keyboard, and stop the session. */
  mayDrive: boolean;
}

/** Somebody who looks. */
export class Watcher {
  readonly socket: WebSocket;
  readonly isSmall: boolean;
  readonly mayDrive: boolean;
  #isSending = false;
  #next: Buffer | undefined;

  constructor(socket: WebSocket, { isSmall, mayDrive }: WatchOptions) {
    this.socket = socket;
    this.isSmall = isSmall;
    this.mayDrive = mayDrive;
  }

  say(message: LiveMessage): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_BEHIND_BYTES) this.socket.terminate();
    else this.socket.send(JSON.stringify(message));
  }

  /** One picture is on its way at a time; of those that come meanwhile the last one follows. */
  show(picture: Buffer): void {
    if (this.#isSending) {
      this.#next = picture;
      return;
    }
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#isSending = true;
    this.socket.send(picture, () => {
      this.#isSending = false;
      const next = this.#next;
      this.#next = undefined;
      if (next) this.show(next);
    });
  }
}
