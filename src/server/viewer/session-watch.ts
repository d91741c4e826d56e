/** One session that is watched: its pictures, tabs and events, for all sockets that show it. */
import type { WebSocket } from 'ws';
import { parseJson } from '../../base/json';
import type { CdpSession } from '../../cdp/connection';
import type { SessionTargets } from '../../cdp/session-targets';
import { newestEvents } from '../../contract/newest-events';
import {
  liveInputSchema,
  type LiveInput,
  type LiveMessage,
  type ViewedEvent,
} from '../../contract/viewer';
import type { CastSettings } from '../../recording/page-cast';
import type { LiveSession } from '../sessions/session';
import { reportPageEvents } from './page-events';
import { inOrder, viewedStep, viewedTestStep } from './viewed-events';
import { viewedSession } from './viewed-sessions';
import { WatchedTabs } from './watched-tabs';

/** WebSocket close code of a normal end. */
export const NORMAL_CLOSURE = 1000;
/** How often viewers get a heartbeat, in milliseconds. Their page reconnects after three missing ones. */
const BEAT_MS = 20_000;
/** Most events that a new viewer gets. */
const MAX_EVENTS = 300;
/** A viewer with so many unsent bytes is cut off: 20 pictures, or 10,000 events. Its page reconnects. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;
/** The width and the height before a picture, in bytes. */
const HEAD_BYTES = 4;

/** What a socket shows. */
export interface WatchOptions {
  /** `full`: everything. `small`: a thumbnail without events. `pictures`: only JPEG messages. */
  view: 'full' | 'small' | 'pictures';
  /** May use mouse and keyboard, and stop the session. */
  mayDrive: boolean;
}

/** How pictures are taken, the most demanding first. Each picture takes processor time from the test. */
const CASTS = {
  driven: { maxSize: { width: 2560, height: 1600 }, intervalMs: 70 },
  full: { maxSize: { width: 2560, height: 1600 }, intervalMs: 150 },
  pictures: { maxSize: { width: 800, height: 800 }, intervalMs: 100 },
  small: { maxSize: { width: 640, height: 480 }, intervalMs: 1_000 },
} as const satisfies Record<string, CastSettings>;

/** Watches a session while sockets show it. */
export class SessionWatch {
  readonly #session: LiveSession;
  readonly #watchers = new Set<Watcher>();
  #events: ViewedEvent[];
  readonly #unsubscribe: readonly (() => void)[];
  readonly #onEmpty: () => void;
  readonly #beating = setInterval(() => this.#send({ kind: 'beat' }), BEAT_MS).unref();
  #tabs: WatchedTabs | undefined;
  #picture: Buffer | undefined;
  #cast: CastSettings | undefined;

  /** @param onEmpty - called when the last socket has closed; this watch is over then */
  constructor(session: LiveSession, onEmpty: () => void) {
    this.#session = session;
    this.#onEmpty = onEmpty;
    this.#events = inOrder(
      session.trajectory.steps.slice(-MAX_EVENTS).map((step) => viewedStep(step, null)),
      session.testSteps.all.map(viewedTestStep),
    ).slice(-MAX_EVENTS);
    this.#unsubscribe = [
      session.trajectory.subscribe((step) => this.#addEvent(viewedStep(step, Date.now()))),
      session.testSteps.subscribe((step) => this.#addEvent(viewedTestStep(step))),
      session.tests.subscribe(() => this.#watchers.forEach((it) => this.#sendSession(it))),
      session.onEnd(() => {
        this.#send({ kind: 'end', session: viewedSession(session) });
        for (const watcher of this.#watchers) watcher.end();
      }),
    ];
  }

  /** Shows the session on a socket until the socket closes. */
  add(socket: WebSocket, options: WatchOptions): void {
    const watcher = new Watcher(socket, options);
    this.#watchers.add(watcher);
    socket.on('message', (data: Buffer) => {
      const input = liveInputSchema.safeParse(parseJson(data.toString()));
      if (input.success) void this.#handle(watcher, input.data).catch(() => {}); // the browser closes
    });
    socket.once('close', () => this.#remove(watcher));
    this.#sendSession(watcher);
    if (watcher.view === 'full') watcher.send({ kind: 'greeting', events: this.#events });
    this.#show(watcher).catch(() => socket.close(NORMAL_CLOSURE)); // the browser closes
  }

  #sendSession(watcher: Watcher): void {
    const session = viewedSession(this.#session);
    watcher.send({ kind: 'session', session, mayDrive: watcher.mayDrive, nowMs: Date.now() });
  }

  async #show(watcher: Watcher): Promise<void> {
    const { targets } = this.#session.browser;
    await targets.ready;
    if (!this.#watchers.has(watcher)) return; // it has closed
    const tabs = (this.#tabs ??= this.#watchTabs(targets));
    if (watcher.view === 'full') tabs.listen();
    watcher.send(tabsMessage(tabs));
    if (this.#picture) watcher.show(this.#picture);
    this.#updateCast(tabs);
  }

  #watchTabs(targets: SessionTargets): WatchedTabs {
    return new WatchedTabs(targets, {
      onPicture: (jpeg, width, height) => {
        const picture = framed(jpeg, width, height);
        this.#picture = picture;
        for (const watcher of this.#watchers) watcher.show(picture);
      },
      onTabs: (tabs) => this.#send(tabsMessage(tabs)),
      onPage: (page) => reportPageEvents(page, (event) => this.#addEvent(event)),
    });
  }

  #addEvent(event: ViewedEvent): void {
    const known =
      event.id === undefined ? -1 : this.#events.findLastIndex(({ id }) => id === event.id);
    if (known >= 0) this.#events[known] = event;
    else this.#events = newestEvents([...this.#events, event], MAX_EVENTS);
    for (const watcher of this.#watchers)
      if (watcher.view === 'full') watcher.send({ kind: 'event', event });
  }

  /** Takes pictures as the most demanding watcher needs them. */
  #updateCast(tabs: WatchedTabs): void {
    const needs = new Set<keyof typeof CASTS>();
    for (const { view, mayDrive } of this.#watchers)
      needs.add(view === 'full' && mayDrive ? 'driven' : view);
    const [, cast] = Object.entries(CASTS).find(([name]) => needs.has(name as never)) ?? [];
    if (!cast || cast === this.#cast) return;
    this.#cast = cast;
    tabs.cast(cast);
  }

  /** Every page of the viewer may choose the tab. The rest requires the permission to control the session. */
  async #handle(watcher: Watcher, input: LiveInput): Promise<void> {
    const tabs = this.#tabs;
    if (input.kind === 'show') {
      if (watcher.view === 'full') tabs?.show(input.tab);
    } else if (!watcher.mayDrive) return;
    else if (input.kind === 'stop') await this.#session.end({ status: 'closed', reason: null });
    else {
      this.#session.touch();
      if (tabs?.shownPage) await sendInput(tabs.shownPage, input);
    }
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) {
      if (this.#tabs) this.#updateCast(this.#tabs);
      return;
    }
    clearInterval(this.#beating);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    void this.#tabs?.close();
    this.#onEmpty();
  }

  #send(message: LiveMessage): void {
    for (const watcher of this.#watchers) watcher.send(message);
  }
}

/** One socket. It gets the newest picture as fast as its connection allows, and skips older ones. */
export class Watcher {
  readonly #socket: WebSocket;
  readonly view: WatchOptions['view'];
  readonly mayDrive: boolean;
  #isSending = false;
  #next: Buffer | undefined;

  constructor(socket: WebSocket, { view, mayDrive }: WatchOptions) {
    this.#socket = socket;
    this.view = view;
    this.mayDrive = mayDrive;
  }

  /** Sends a message of the viewer. A socket of the API gets none. */
  send(message: LiveMessage): void {
    if (this.view === 'pictures' || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BEHIND_BYTES) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  /** Sends a picture when the one before it has been sent. */
  show(picture: Buffer): void {
    if (this.#isSending) {
      this.#next = picture;
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#isSending = true;
    this.#socket.send(this.view === 'pictures' ? picture.subarray(HEAD_BYTES) : picture, () => {
      this.#isSending = false;
      const next = this.#next;
      this.#next = undefined;
      if (next) this.show(next);
    });
  }

  /** The session has ended. A socket of the API closes after its last step. */
  end(): void {
    if (this.view !== 'pictures') this.#socket.close(NORMAL_CLOSURE);
  }
}

function tabsMessage({ all, shownId }: WatchedTabs): LiveMessage {
  return { kind: 'tabs', tabs: all, shown: shownId };
}

/** A picture after the size of its page, as {@link LiveMessage} describes. */
function framed(jpeg: Buffer, width: number, height: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(clamped(width), 0);
  head.writeUInt16BE(clamped(height), 2);
  return Buffer.concat([head, jpeg]);
}

function clamped(pixels: number): number {
  return Math.max(0, Math.min(65_535, Math.round(pixels)));
}

/** Sends the input to the page. */
async function sendInput(
  page: CdpSession,
  input: Exclude<LiveInput, { kind: 'show' | 'stop' }>,
): Promise<unknown> {
  switch (input.kind) {
    case 'mouse': {
      const { kind: _, ...event } = input;
      return page.send('Input.dispatchMouseEvent', event);
    }
    case 'key': {
      const { kind: _, text, keyCode, repeat, ...event } = input;
      return page.send('Input.dispatchKeyEvent', {
        ...event,
        ...(text !== '' && { text, unmodifiedText: text }),
        windowsVirtualKeyCode: keyCode,
        autoRepeat: repeat,
      });
    }
    case 'paste':
      return page.send('Input.insertText', { text: input.text });
    case 'navigate':
      return page.send('Page.navigate', { url: input.url });
  }
}
