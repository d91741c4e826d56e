/** One session under watch: its pictures, tabs and events, shared by everybody who looks at it. */
import type { WebSocket } from 'ws';
import { newestEvents } from '../../contract/newest-events';
import type { LiveInput, LiveMessage, ViewedEvent } from '../../contract/viewer';
import type { SessionTargets } from '../../cdp/session-targets';
import type { CastSettings } from '../../recording/page-cast';
import type { LiveSession } from '../sessions/session';
import { doByHand, readInput } from './hand-input';
import { tellPageEvents } from './page-events';
import { viewedSession } from './viewed-session';
import { inOrder } from './viewed-events';
import { viewedStep, viewedTestStep } from './viewed-step';
import { WatchedTabs } from './watched-tabs';
import { NORMAL_CLOSURE, Watcher, type WatchOptions } from './watcher';

/** How a session is shown on a page of its own: sharp on any screen. Each picture of a page that moves takes processor time from its test. */
const FULL: CastSettings = { maxSize: { width: 2560, height: 1600 }, intervalMs: 150 };
/** How it is shown to somebody who drives it: hands want to see at once what they do. */
const DRIVEN: CastSettings = { ...FULL, intervalMs: 70 };
/** How it is shown on the wall, among forty others. */
const SMALL: CastSettings = { maxSize: { width: 640, height: 480 }, intervalMs: 1_000 };
/** How often watchers are told that the line is whole, in milliseconds: their page misses three of them before it comes anew. */
const BEAT_MS = 20_000;
/** Events that a newcomer is told of. */
const MAX_EVENTS = 300;

/** Watches one session as long as anybody looks at it. */
export class SessionWatch {
  readonly #session: LiveSession;
  readonly #watchers = new Set<Watcher>();
  #events: ViewedEvent[];
  readonly #forget: readonly (() => void)[];
  readonly #onEmpty: () => void;
  readonly #beating = setInterval(
    () => this.#each((it) => it.say({ kind: 'beat' })),
    BEAT_MS,
  ).unref();
  #tabs: WatchedTabs | undefined;
  #picture: Buffer | undefined;
  #settings: CastSettings | undefined;

  /** @param onEmpty - called when nobody looks any more: this watch is over then */
  constructor(session: LiveSession, onEmpty: () => void) {
    this.#session = session;
    this.#onEmpty = onEmpty;
    this.#events = inOrder(
      session.trajectory.steps.slice(-MAX_EVENTS).map((step) => viewedStep(step, null)),
      session.testSteps.all.map(viewedTestStep),
    ).slice(-MAX_EVENTS);
    this.#forget = [
      session.trajectory.onStep((step) => this.#tell(viewedStep(step, Date.now()))),
      session.testSteps.onStep((step) => this.#tell(viewedTestStep(step))),
      session.tests.onChange(() => this.#each((watcher) => this.#introduce(watcher))),
      session.onEnd(() => this.#end()),
    ];
  }

  /** Somebody looks from now on, until the socket closes. */
  add(socket: WebSocket, options: WatchOptions): void {
    const watcher = new Watcher(socket, options);
    this.#watchers.add(watcher);
    socket.on('message', (data: Buffer) => {
      const input = readInput(data.toString());
      if (input) void this.#do(watcher, input).catch(() => {}); // the browser is going
    });
    socket.once('close', () => this.#remove(watcher));
    this.#introduce(watcher);
    if (!watcher.isSmall) watcher.say({ kind: 'greeting', events: this.#events });
    this.#look(watcher).catch(() => socket.close(NORMAL_CLOSURE)); // the same
  }

  #introduce(watcher: Watcher): void {
    const { mayDrive } = watcher;
    const session = viewedSession(this.#session);
    watcher.say({ kind: 'session', session, mayDrive, nowMs: Date.now() });
  }

  async #look(watcher: Watcher): Promise<void> {
    const { targets } = this.#session.browser;
    await targets.ready;
    if (!this.#watchers.has(watcher)) return; // it has left
    const tabs = (this.#tabs ??= this.#watchTabs(targets));
    if (!watcher.isSmall) tabs.listen();
    watcher.say(tabsMessage(tabs));
    if (this.#picture) watcher.show(this.#picture);
    this.#cast(tabs);
  }

  #watchTabs(targets: SessionTargets): WatchedTabs {
    return new WatchedTabs(targets, {
      onPicture: (jpeg, width, height) => {
        const picture = framed(jpeg, width, height);
        this.#picture = picture;
        this.#each((watcher) => watcher.show(picture));
      },
      onTabs: (tabs) => this.#each((watcher) => watcher.say(tabsMessage(tabs))),
      onPage: (page) => tellPageEvents(page, (event) => this.#tell(event)),
    });
  }

  #tell(event: ViewedEvent): void {
    const known =
      event.id === undefined ? -1 : this.#events.findLastIndex(({ id }) => id === event.id);
    if (known >= 0) this.#events[known] = event;
    else this.#events = newestEvents([...this.#events, event], MAX_EVENTS);
    this.#each((watcher) => !watcher.isSmall && watcher.say({ kind: 'event', event }));
  }

  /** As large and as often as the most demanding one wants it. */
  #cast(tabs: WatchedTabs): void {
    const large = [...this.#watchers].filter(({ isSmall }) => !isSmall);
    const isDriven = large.some(({ mayDrive }) => mayDrive);
    const settings = isDriven ? DRIVEN : large.length > 0 ? FULL : SMALL;
    if (settings === this.#settings) return;
    this.#settings = settings;
    tabs.cast(settings);
  }

  /** Everybody may choose a tab to look at; the rest is for those who may drive. */
  async #do(watcher: Watcher, input: LiveInput): Promise<void> {
    const tabs = this.#tabs;
    if (input.kind === 'show') {
      if (!watcher.isSmall) tabs?.show(input.tab);
    } else if (!watcher.mayDrive) return;
    else if (input.kind === 'stop') await this.#session.end({ status: 'closed', reason: null });
    else {
      this.#session.touch();
      if (tabs?.shownPage) doByHand(tabs.shownPage, input);
    }
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) {
      if (this.#tabs) this.#cast(this.#tabs);
      return;
    }
    clearInterval(this.#beating);
    for (const forget of this.#forget) forget();
    void this.#tabs?.close();
    this.#onEmpty();
  }

  #end(): void {
    const session = viewedSession(this.#session);
    this.#each((watcher) => {
      watcher.say({ kind: 'end', session });
      watcher.socket.close(NORMAL_CLOSURE);
    });
  }

  #each(say: (watcher: Watcher) => unknown): void {
    for (const watcher of this.#watchers) say(watcher);
  }
}

function tabsMessage({ all, shownId }: WatchedTabs): LiveMessage {
  return { kind: 'tabs', tabs: all, shown: shownId };
}

/** A picture with the size of its page before it, as {@link LiveMessage} says. */
function framed(jpeg: Buffer, width: number, height: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(clamped(width), 0);
  head.writeUInt16BE(clamped(height), 2);
  return Buffer.concat([head, jpeg]);
}

function clamped(pixels: number): number {
  return Math.max(0, Math.min(65_535, Math.round(pixels)));
}
