/** The state of a live page, from the messages of its socket. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { newestEvents } from '../../contract/newest-events';
import type {
  LiveInput,
  LiveMessage,
  ViewedEvent,
  ViewedSession,
  ViewedTab,
} from '../../contract/viewer';
import { useLatest } from '../../ui/hooks';
import type { Api } from '../api';
import { Connection, type ConnectionState, type Picture } from '../connection';
import { fromHash } from '../start';

/** The list keeps this many of the newest events. */
const MAX_EVENTS = 500;

interface SessionState {
  session: ViewedSession;
  tabs: readonly ViewedTab[];
  /** Id of the visible tab. */
  shown: string | null;
  events: readonly ViewedEvent[];
  /** How far the server's clock is ahead of ours, in milliseconds. */
  offsetMs: number;
  isOver: boolean;
  /** Whether the server accepts our input. */
  mayDrive: boolean;
}

export interface Live extends SessionState {
  state: ConnectionState;
  /** Whether mouse and keyboard control the session. */
  isDriven: boolean;
  /** Returns a function that removes the listener. */
  onPicture: (listener: (picture: Picture) => void) => () => void;
  send: (input: LiveInput) => void;
  takeOver: () => void;
  giveBack: () => void;
  /** Gets permission by the key of this tab, or by a typed one, and takes over. */
  askToDrive: (typed?: string) => Promise<void>;
  retry: () => void;
}

interface UseLiveOptions {
  api: Api;
  first: ViewedSession;
  /** Takes over as soon as the server allows it. */
  takesOver: boolean;
  onEnded: () => void;
}

const EMPTY = {
  tabs: [],
  shown: null,
  events: [],
  offsetMs: 0,
  isOver: false,
  mayDrive: false,
};

export function useLive({ api, first, takesOver, onEnded }: UseLiveOptions): Live {
  const [current, setCurrent] = useState<SessionState>({ ...EMPTY, session: first });
  const [state, setState] = useState<ConnectionState>({ name: 'connecting' });
  const [drive, setDrive] = useState(() => fromHash('drive') ?? undefined);
  const [wantsToDrive, setWantsToDrive] = useState(takesOver);
  const connection = useRef<Connection | undefined>(undefined);
  const pictures = useRef(new Set<(picture: Picture) => void>()).current;
  const onState = useLatest((next: ConnectionState) => {
    setState(next);
    // The session may have ended.
    if (next.name === 'lost')
      api.story().then(
        ({ replay }) => replay !== null && onEnded(),
        () => {}, // the server does not answer
      );
  });
  useEffect(() => {
    let isClosed = false;
    api.watchToken().then(
      (token) => {
        if (isClosed) return;
        connection.current = new Connection(api.liveUrl(token, { drive }), {
          onPicture: (picture) => pictures.forEach((listener) => listener(picture)),
          onMessage: (message) => setCurrent((before) => after(before, message)),
          onState,
        });
      },
      () => onEnded(), // the page shows the problem
    );
    return () => {
      isClosed = true;
      connection.current?.close();
    };
  }, [api, drive]);
  return {
    ...current,
    state,
    isDriven: wantsToDrive && current.mayDrive && !current.isOver,
    onPicture: (listener) => {
      pictures.add(listener);
      return () => pictures.delete(listener);
    },
    send: (input) => connection.current?.send(input),
    takeOver: () => setWantsToDrive(true),
    giveBack: () => setWantsToDrive(false),
    askToDrive: async (typed) => {
      setDrive(await api.driveToken(typed));
      setWantsToDrive(true);
    },
    retry: () => connection.current?.retry(),
  };
}

function after(before: SessionState, message: LiveMessage): SessionState {
  switch (message.kind) {
    case 'session': {
      const { session, mayDrive, nowMs } = message;
      return { ...before, session, mayDrive, offsetMs: nowMs - Date.now() };
    }
    case 'greeting':
      return { ...before, events: greeted(before.events, message.events) };
    case 'tabs':
      return { ...before, tabs: message.tabs, shown: message.shown };
    case 'event':
      return { ...before, events: newestEvents(inOrder(before.events, message.event), MAX_EVENTS) };
    case 'beat':
      return before;
    case 'end':
      return { ...before, session: message.session, isOver: true };
  }
}

/** After a reconnection, the server may know only the steps. Console messages and requests from before are kept. */
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
 * Adds an event by its time: a step is sent when it ends, and belongs before the events that it caused. An event that is sent again
 * replaces the earlier one: a step that has ended, or a console message that a page repeats for a new listener.
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
