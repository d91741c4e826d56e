/** The page of a running session: its picture, tabs and events, and the buttons to take it over or stop it. */
import type { JSX, RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { countText } from '../../base/texts';
import type { ViewedSession } from '../../contract/viewer';
import type { Api } from '../api';
import { clock, shortId } from '../../ui/format';
import { useNextFocus, useNow, useTitle } from '../../ui/hooks';
import type { Start } from '../start';
import { Announcement, Button, Notice } from '../../ui/parts';
import { Brand, StatusBadge } from '../parts';
import { ConnectionLost } from './connection-lost';
import { LiveEvents } from './live-events';
import { Questions, type Question } from './questions';
import { Screen } from './screen';
import { Tabs } from './tabs';
import { useLive, type Live } from './use-live';

interface LivePageProps {
  api: Api;
  start: Start;
  session: ViewedSession;
  /** Called to show the replay. */
  onEnded: () => void;
}

export function LivePage({ api, start, session: first, onEnded }: LivePageProps): JSX.Element {
  const takesOver = start.isMinimal && start.interactive === true; // it has no button to take over
  const live = useLive({ api, first, takesOver, onEnded });
  const [question, setQuestion] = useState<Question>();
  const { session, state } = live;
  const title = titleOf(session);
  useTitle(`${live.isOver ? 'Ended' : 'Live'} · ${title}`);
  const stage = <Stage live={live} isMinimal={start.isMinimal} onReplay={onEnded} />;
  const words = live.isOver ? `${ENDED_WORDS[session.status]}.` : STATE_WORDS[state.name];
  if (start.isMinimal)
    return (
      <main class="session minimal" onPointerDown={takesOver ? live.takeOver : undefined}>
        <Announcement text={words} />
        {stage}
      </main>
    );
  return (
    <div class="session">
      <Announcement text={words} />
      <header class="bar">
        <Brand href={api.mayGoToWall ? api.wallPath : undefined} />
        <h1 class="bar-title" title={title} dir="rtl">
          <bdi>{title}</bdi>
        </h1>
        <StatusBadge status={session.status} />
        <Age session={session} offsetMs={live.offsetMs} />
        <span class="bar-space" />
        <Controls live={live} api={api} start={start} onAsk={setQuestion} />
      </header>
      <main class="session-main">
        {stage}
        <LiveEvents events={live.events} session={session} />
      </main>
      {question && !live.isOver && (
        <Questions
          question={question}
          live={live}
          api={api}
          onDone={() => setQuestion(undefined)}
        />
      )}
    </div>
  );
}

interface StageProps {
  live: Live;
  isMinimal: boolean;
  onReplay: () => void;
}

function Stage({ live, isMinimal, onReplay }: StageProps): JSX.Element {
  const { session, state, tabs, shown, isOver, isDriven } = live;
  const tab = tabs.find(({ id }) => id === shown);
  const nextFocus = useNextFocus<HTMLButtonElement>(isOver);
  return (
    <section class="stage" aria-label="Picture of the session">
      {!isMinimal && (
        <Tabs tabs={tabs} shown={shown} onShow={(tab) => live.send({ kind: 'show', tab })} />
      )}
      <div class="stage-picture">
        <Screen
          live={live}
          label={`Live picture of ${tab?.title ?? 'the session'}`}
          isDriven={isDriven}
        />
        {isOver && <Ended session={session} nextFocus={nextFocus} onReplay={onReplay} />}
        {!isOver && state.name === 'lost' && (
          <ConnectionLost retryAtMs={state.retryAtMs} onRetry={live.retry} />
        )}
      </div>
    </section>
  );
}

const STATE_WORDS = { connecting: 'Connecting.', open: 'Live.', lost: 'The connection is lost.' };

/** The current or last test, or else the session. */
function titleOf({ id, tests }: ViewedSession): string {
  return tests.at(-1)?.title ?? `Session ${shortId(id)}`;
}

function Age({ session, offsetMs }: { session: ViewedSession; offsetMs: number }): JSX.Element {
  const now = useNow(offsetMs);
  const ran = clock((session.endedMs ?? now) - session.createdMs);
  return (
    <span class="bar-fact" title={`Started ${new Date(session.createdMs).toLocaleString()}`}>
      <span class="hidden-text">Running for </span>
      {ran}
      {session.testCount > 0 && (
        <span class="bar-more"> · {countText(session.testCount, 'test')}</span>
      )}
    </span>
  );
}

interface ControlsProps {
  live: Live;
  api: Api;
  start: Start;
  onAsk: (question: Question) => void;
}

/** The buttons that the link or the key allows. */
function Controls({ live, api, start, onAsk }: ControlsProps): JSX.Element | null {
  const nextFocus = useNextFocus<HTMLButtonElement>(!live.isDriven);
  const mayAsk = start.interactive ?? api.hasKey;
  if (live.isOver || !mayAsk) return null;
  const toggle = (): void => {
    if (live.isDriven) live.giveBack();
    else if (live.mayDrive) live.takeOver();
    else if (api.hasKey)
      live.askToDrive().catch(() => onAsk('key')); // the key of this tab is not that of this server
    else onAsk('key');
  };
  return (
    <>
      <Button
        icon="pointer"
        label={live.isDriven ? 'Give back' : 'Take over'}
        look={live.isDriven ? 'primary' : 'plain'}
        pressed={live.isDriven}
        element={nextFocus}
        onClick={toggle}
      />
      {(live.mayDrive || api.hasKey) && (
        <Button icon="stop" label="Stop" look="danger" onClick={() => onAsk('stop')} />
      )}
    </>
  );
}

const ENDED_WORDS = {
  active: 'The session has ended',
  closed: 'The session was stopped',
  timed_out: 'The session timed out',
  error: 'The session ended unexpectedly',
};

interface EndedProps {
  session: ViewedSession;
  nextFocus: RefObject<HTMLButtonElement | null>;
  onReplay: () => void;
}

function Ended(props: EndedProps): JSX.Element {
  const { status, reason, createdMs, endedMs } = props.session;
  return (
    <div class="stage-over">
      <Notice icon="recording" title={ENDED_WORDS[status]}>
        {reason !== null && <p>{reason}</p>}
        {endedMs !== null && <p class="hint">It ran for {clock(endedMs - createdMs)}.</p>}
        <div class="actions">
          <Button
            icon="play"
            label="Watch the replay"
            look="primary"
            element={props.nextFocus}
            onClick={props.onReplay}
          />
        </div>
      </Notice>
    </div>
  );
}
