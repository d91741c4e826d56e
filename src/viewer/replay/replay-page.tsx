/** The page of an ended session: its replay. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { countText } from '../../base/texts';
import type { ViewedReplay, ViewedSession, ViewedStory } from '../../contract/viewer';
import { clock, shortId } from '../../ui/format';
import { useTitle } from '../../ui/hooks';
import { Button, Notice } from '../../ui/parts';
import { chapterAt } from '../../ui/recording';
import { RecordingView } from '../../ui/recording-view';
import { usePlayer } from '../../ui/use-player';
import type { Api } from '../api';
import { Brand, StatusBadge } from '../parts';
import { fromHash, type Start } from '../start';
import { Download } from './download';
import { recordingOf } from './recording';
import { useRenewal } from './renewal';

interface ReplayPageProps {
  api: Api;
  start: Start;
  story: ViewedStory;
  replay: ViewedReplay;
}

export function ReplayPage({ api, start, story, replay }: ReplayPageProps): JSX.Element {
  const { session } = story;
  useTitle(`Replay · ${titleOf(session)}`);
  return (
    <div class={start.isMinimal ? 'session minimal' : 'session'}>
      {replay.state === 'ready' ? (
        <Replay {...{ api, story, replay }} isMinimal={start.isMinimal} />
      ) : (
        <>
          {!start.isMinimal && <Bar api={api} session={session} />}
          <main class="page-notice">
            <NoReplay isPending={replay.state === 'pending'} session={session} />
          </main>
        </>
      )}
    </div>
  );
}

function titleOf({ id }: ViewedSession): string {
  return `Session ${shortId(id)}`;
}

interface ReplayProps {
  api: Api;
  story: ViewedStory;
  replay: Extract<ViewedReplay, { state: 'ready' }>;
  isMinimal: boolean;
}

function Replay({ api, story, replay, isMinimal }: ReplayProps): JSX.Element {
  const { session } = story;
  const recording = useMemo(() => recordingOf(story, replay), []);
  const { path, problem, onError, renew } = useRenewal(api, replay.path);
  const { durationMs, chapters } = recording;
  const player = usePlayer({ src: path, durationMs, startMs: linkedMs() ?? 0 });
  useEffect(() => {
    const follow = (): void => {
      const linked = linkedMs();
      if (linked !== undefined) player.seek(linked);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return (
    <>
      {!isMinimal && (
        <Bar api={api} session={session}>
          <Download
            api={api}
            recording={recording}
            chapter={chapterAt(chapters, player.atMs)}
            name={`session-${session.id}.mp4`}
          />
        </Bar>
      )}
      <main class="session-main">
        <RecordingView
          recording={recording}
          player={player}
          src={path}
          label="Replay"
          videoLabel="Recording of the session"
          isWholePage
          hasEvents={!isMinimal}
          linkTo={(atMs) => `#t=${(atMs / 1000).toFixed(1)}`}
          onError={onError}
          picture={
            problem !== undefined && (
              <div class="stage-banner" role="alert">
                <span>Could not load the recording. {problem}</span>
                <Button label="Try again" look="quiet" onClick={renew} />
              </div>
            )
          }
        />
      </main>
    </>
  );
}

/** The moment in the address; undefined if there is none. */
function linkedMs(): number | undefined {
  const seconds = Number(fromHash('t') ?? Number.NaN);
  return Number.isNaN(seconds) ? undefined : seconds * 1000;
}

interface BarProps {
  api: Api;
  session: ViewedSession;
  /** The buttons at its end. */
  children?: ComponentChildren;
}

function Bar({ api, session, children }: BarProps): JSX.Element {
  const { status, createdMs, endedMs, tests, reason } = session;
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length;
  return (
    <header class="bar">
      <Brand href={api.mayGoToWall ? api.wallPath : undefined} />
      <h1 class="bar-title" title={session.id}>
        {titleOf(session)}
      </h1>
      <span title={reason ?? undefined}>
        <StatusBadge status={status} />
      </span>
      <span class="bar-fact" title={`Started ${new Date(createdMs).toLocaleString()}`}>
        {endedMs !== null && clock(endedMs - createdMs)}
        <span class="bar-more">
          {tests.length > 0 && ` · ${countText(tests.length, 'test')}`}
          {failed > 0 && ` · ${failed} failed`}
        </span>
      </span>
      <span class="bar-space" />
      {children}
    </header>
  );
}

function NoReplay(props: { isPending: boolean; session: ViewedSession }): JSX.Element {
  if (props.isPending)
    return (
      <Notice icon="recording" title="The replay is being made">
        <p class="hint" role="status">
          <span class="spinner" aria-hidden="true" /> It appears here in a moment.
        </p>
      </Notice>
    );
  return (
    <Notice icon="recording" title="There is no replay">
      <p>{props.session.reason ?? 'This session was not recorded.'}</p>
    </Notice>
  );
}
