/** A session that has ended, as a film. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ViewedReplay, ViewedSession, ViewedStory } from '../../contract/viewer';
import type { Api } from '../api';
import { clock, count, shortId } from '../format';
import { useLatest, useTitle } from '../hooks';
import type { Start } from '../start';
import { Brand, Button, Notice, StatusBadge } from '../ui/parts';
import { Controls } from './controls';
import { Download } from './download';
import { chapterAt, filmOf, type Film } from './film';
import { useRenewal } from './renewal';
import { ReplayEvents } from './replay-events';
import { Timeline } from './timeline';
import { useFilm, type Player } from './use-film';

interface ReplayPageProps {
  api: Api;
  start: Start;
  story: ViewedStory;
  replay: ViewedReplay;
}

export function ReplayPage({ api, start, story, replay }: ReplayPageProps): JSX.Element {
  const { session } = story;
  const title = `Session ${shortId(session.id)}`;
  useTitle(`Replay · ${title}`);
  const film = useMemo(
    () => (replay.state === 'ready' ? filmOf(story, replay) : undefined),
    [replay.state],
  );
  const { isMinimal } = start;
  return (
    <div class={isMinimal ? 'session minimal' : 'session'}>
      {film ? (
        <FilmPage {...{ api, session, title, film, isMinimal }} />
      ) : (
        <>
          {!isMinimal && <Bar api={api} session={session} title={title} />}
          <main class="page-notice">
            <NoFilm replay={replay} session={session} />
          </main>
        </>
      )}
    </div>
  );
}

interface FilmPageProps {
  api: Api;
  session: ViewedSession;
  title: string;
  film: Film;
  isMinimal: boolean;
}

function FilmPage({ api, session, title, film, isMinimal }: FilmPageProps): JSX.Element {
  const player = useFilm(film.durationS);
  const chapter = chapterAt(film.chapters, player.second);
  const name = `session-${session.id}.mp4`;
  return (
    <>
      {!isMinimal && (
        <Bar api={api} session={session} title={title}>
          <Download api={api} film={film} chapter={chapter} name={name} />
        </Bar>
      )}
      <FilmPlayer api={api} film={film} player={player} isMinimal={isMinimal} />
    </>
  );
}

interface BarProps {
  api: Api;
  session: ViewedSession;
  title: string;
  /** What can be done. */
  children?: ComponentChildren;
}

function Bar({ api, session, title, children }: BarProps): JSX.Element {
  const { status, createdMs, endedMs, tests, reason } = session;
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length;
  return (
    <header class="bar">
      <Brand href={api.mayGoToWall ? api.wallPath : undefined} />
      <h1 class="bar-title" title={session.id}>
        {title}
      </h1>
      <span title={reason ?? undefined}>
        <StatusBadge status={status} />
      </span>
      <span class="bar-fact" title={`Started ${new Date(createdMs).toLocaleString()}`}>
        {endedMs !== null && clock(endedMs - createdMs)}
        <span class="bar-more">
          {tests.length > 0 && ` · ${count(tests.length, 'test')}`}
          {failed > 0 && ` · ${failed} failed`}
        </span>
      </span>
      <span class="bar-space" />
      {children}
    </header>
  );
}

function NoFilm({
  replay,
  session,
}: {
  replay: ViewedReplay;
  session: ViewedSession;
}): JSX.Element {
  if (replay.state === 'pending')
    return (
      <Notice icon="film" title="The replay is being made">
        <p class="hint" role="status">
          <span class="spinner" aria-hidden="true" /> It appears here in a moment.
        </p>
      </Notice>
    );
  return (
    <Notice icon="film" title="There is no replay">
      <p>{session.reason ?? 'Nothing was recorded of this session.'}</p>
    </Notice>
  );
}

interface FilmPlayerProps {
  api: Api;
  film: Film;
  player: Player;
  isMinimal: boolean;
}

function FilmPlayer({ api, film, player, isMinimal }: FilmPlayerProps): JSX.Element {
  const { problem, onError, renew } = useRenewal(api, player.video);
  const stage = useRef<HTMLElement>(null);
  const fullScreen = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void stage.current?.requestFullscreen().catch(() => {}); // a frame may not
  };
  const onKey = useLatest((event: KeyboardEvent) => {
    if (isTaken(event)) return;
    if (event.key === 'f' && !event.ctrlKey && !event.metaKey) fullScreen();
    else if (!player.onKey(event)) return;
    event.preventDefault();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <main class="session-main">
      <section class="stage" aria-label="Replay" ref={stage}>
        <div class="stage-picture">
          <video
            ref={player.video}
            class="film"
            src={film.path}
            aria-label="Recording of the session"
            preload="auto"
            playsInline
            muted
            onClick={player.toggle}
            onError={onError}
          />
          {problem !== undefined && (
            <div class="stage-banner" role="alert">
              <span>The film cannot be loaded. {problem}</span>
              <Button label="Try again" look="quiet" onClick={renew} />
            </div>
          )}
        </div>
        <Timeline film={film} second={player.second} onSeek={player.seek} />
        <Controls player={player} film={film} onFullScreen={fullScreen} />
      </section>
      {!isMinimal && <ReplayEvents film={film} second={player.second} onSeek={player.seek} />}
    </main>
  );
}

/** Keys that the element in focus needs for itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('select, input:not([type="range"])')) return true;
  if (target.matches('input[type="range"]')) return /^(Arrow|Home|End)/.test(key);
  return target.matches('button, a') && (key === ' ' || key === 'Enter');
}
