/** The state of a live page: what the socket has told so far, and what can be said through it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { newestEvents } from '../../contract/newest-events';
import type {
  LiveInput,
  LiveMessage,
  ViewedEvent,
  ViewedSession,
  ViewedTab,
} from '../../contract/viewer';
import type { Api } from '../api';
import { Connection, type ConnectionState, type Picture } from '../connection';
import { useLatest } from '../hooks';
import { fromHash } from '../start';

/** Events that the list holds, the newest ones. */
const MAX_EVENTS = 500;

/** What the socket has told. */
interface Told {
  session: ViewedSession;
  tabs: readonly ViewedTab[];
  /** Id of the tab that is shown. */
  shown: string | null;
  events: readonly ViewedEvent[];
  /** How far the server's clock is ahead of ours, in milliseconds. */
  offsetMs: number;
  /** Whether the session has ended. */
  isOver: boolean;
  /** Whether the server takes our input. */
  mayDrive: boolean;
}

/** What a page knows and can do. */
export interface Live extends Told {
  state: ConnectionState;
  /** Whether mouse and keyboard go to the session now. */
  isDriven: boolean;
  /** Calls back with each picture. Returns the function that ends it. */
  onPicture: (listener: (picture: Picture) => void) => () => void;
  send: (input: LiveInput) => void;
  show: (tab: string) => void;
  takeOver: () => void;
  letGo: () => void;
  /** Gets the permission for the key of this tab, or for one that was typed, and takes over. */
  askToDrive: (typed?: string) => Promise<void>;
  retry: () => void;
}

interface UseLiveOptions {
  api: Api;
  first: ViewedSession;
  /** Whether mouse and keyboard are taken as soon as they may be. */
  isHandsOn: boolean;
  onEnded: () => void;
}

export function useLive({ api, first, isHandsOn, onEnded }: UseLiveOptions): Live {
  const [told, setTold] = useState<Told>(() => nothingYet(first));
  const [state, setState] = useState<ConnectionState>({ name: 'connecting' });
  const [drive, setDrive] = useState(() => fromHash('drive') ?? undefined);
  const [wantsToDrive, setWantsToDrive] = useState(isHandsOn);
  const connection = useRef<Connection | undefined>(undefined);
  const pictures = useRef(new Set<(picture: Picture) => void>()).current;
  const lost = useLatest((next: ConnectionState) => {
    setState(next);
    // It may be lost because the session has ended meanwhile.
    if (next.name === 'lost')
      api.story().then(
        ({ replay }) => replay !== null && onEnded(),
        () => {},
      ); // still lost
  });
  useEffect(() => {
    let isGone = false;
    api.watchToken().then(
      (token) => {
        if (isGone) return;
        connection.current = new Connection(api.liveUrl(token, { drive }), {
          onPicture: (picture) => pictures.forEach((listener) => listener(picture)),
          onMessage: (message) => setTold((before) => after(before, message)),
          onState: lost,
        });
      },
      () => onEnded(), // the page says what is wrong
    );
    return () => {
      isGone = true;
      connection.current?.close();
    };
  }, [api, drive]);
  return {
    ...told,
    state,
    isDriven: wantsToDrive && told.mayDrive && !told.isOver,
    onPicture: (listener) => {
      pictures.add(listener);
      return () => pictures.delete(listener);
    },
    send: (input) => connection.current?.send(input),
    show: (tab) => connection.current?.send({ kind: 'show', tab }),
    takeOver: () => setWantsToDrive(true),
    letGo: () => setWantsToDrive(false),
    askToDrive: async (typed) => {
      setDrive(await api.driveToken(typed));
      setWantsToDrive(true);
    },
    retry: () => connection.current?.retry(),
  };
}

function nothingYet(session: ViewedSession): Told {
  return {
    session,
    tabs: [],
    shown: null,
    events: [],
    offsetMs: 0,
    isOver: false,
    mayDrive: false,
  };
}

function after(told: Told, message: LiveMessage): Told {
  switch (message.kind) {
    case 'session': {
      const { session, mayDrive, nowMs } = message;
      return { ...told, session, mayDrive, offsetMs: nowMs - Date.now() };
    }
    case 'greeting':
      return { ...told, events: greeted(told.events, message.events) };
    case 'tabs':
      return { ...told, tabs: message.tabs, shown: message.shown };
    case 'event':
      return { ...told, events: newestEvents(inOrder(told.events, message.event), MAX_EVENTS) };
    case 'beat':
      return told;
    case 'end':
      return { ...told, session: message.session, isOver: true };
  }
}

/** A server at which nobody looked for a moment remembers steps only: what pages said and loaded is what we were told before. */
function greeted(
  before: readonly ViewedEvent[],
  events: readonly ViewedEvent[],
): readonly ViewedEvent[] {
  const others = before.filter(
    (event) => event.kind !== 'step' && !events.some((it) => isSame(it, event)),
  );
  return newestEvents(others.reduce(inOrder, events), MAX_EVENTS);
}

function isSame(one: ViewedEvent, other: ViewedEvent): boolean {
  return one.kind === other.kind && one.atMs === other.atMs && one.title === other.title;
}

/**
 * A step is told when it is done, and stands where it began: before what it has led to. One that was told before takes its own place; so does
 * what a page has said, which it tells again to whoever begins to listen.
 */
function inOrder(events: readonly ViewedEvent[], event: ViewedEvent): readonly ViewedEvent[] {
  const { atMs, id, kind } = event;
  const known = events.findLastIndex((it) =>
    id === undefined ? kind === 'console' && isSame(it, event) : it.id === id,
  );
  if (known >= 0) return events.with(known, event);
  const later = events.findIndex((it) => atMs !== null && it.atMs !== null && it.atMs > atMs);
  return events.toSpliced(later < 0 ? events.length : later, 0, event);
}
