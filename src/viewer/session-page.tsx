/** The page of one session: live while it is running, then its replay, or the reason why it cannot be shown. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ViewedStory } from '../contract/viewer';
import { CallError, type Api } from './api';
import { shortId } from '../ui/format';
import { useTitle } from '../ui/hooks';
import { LivePage } from './live/live-page';
import { ReplayPage } from './replay/replay-page';
import type { Start } from './start';
import { KeyForm } from './key-form';
import { Button, Notice } from '../ui/parts';

/** Time between polls for a pending replay, in milliseconds. */
const ASK_AGAIN_MS = 1_000;

type Found = { story: ViewedStory } | { error: CallError; wasTyped: boolean } | undefined;

export function SessionPage({ api, start }: { api: Api; start: Start }): JSX.Element {
  const { found, load, tryKey } = useStory(api);
  useTitle(`Session ${shortId(start.sessionId ?? '')}`);
  if (!found)
    return (
      <main class="page-notice" aria-busy="true">
        <p class="hint">Loading…</p>
      </main>
    );
  if ('error' in found)
    return <Unshown {...found} api={api} start={start} onRetry={load} onKey={tryKey} />;
  const { story } = found;
  return story.replay === null ? (
    <LivePage
      key={story.session.id}
      api={api}
      start={start}
      session={story.session}
      onEnded={load}
    />
  ) : (
    <ReplayPage api={api} start={start} story={story} replay={story.replay} />
  );
}

interface Story {
  found: Found;
  load: () => void;
  tryKey: (key: string) => void;
}

function useStory(api: Api): Story {
  const [found, setFound] = useState<Found>();
  const ask = useCallback(
    (typed?: string) => {
      api.story(typed).then(
        (story) => setFound({ story }),
        (error: unknown) =>
          setFound({
            error: error instanceof CallError ? error : new CallError(String(error), 0),
            wasTyped: typed !== undefined,
          }),
      );
    },
    [api],
  );
  const load = useCallback(() => ask(), [ask]);
  useEffect(load, [load]);
  const isPending = found && 'story' in found && found.story.replay?.state === 'pending';
  useEffect(() => {
    if (!isPending) return undefined;
    const timer = setTimeout(load, ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [found, isPending, load]);
  return { found, load, tryKey: ask };
}

interface UnshownProps {
  error: CallError;
  /** Whether the user has typed a key. */
  wasTyped: boolean;
  api: Api;
  start: Start;
  onRetry: () => void;
  onKey: (key: string) => void;
}

/** Why the session cannot be shown, and what to do. */
function Unshown({ error, wasTyped, api, start, onRetry, onKey }: UnshownProps): JSX.Element {
  if (error.status === 401 && start.token === null)
    return (
      <main class="page-notice">
        <Notice isPage icon="key" title={`Session ${shortId(start.sessionId ?? '')}`}>
          <p>This link needs the key of the server.</p>
          <KeyForm
            problem={wasTyped || api.hasKey ? error.message : undefined}
            submitLabel="Show the session"
            onKey={onKey}
          />
        </Notice>
      </main>
    );
  const [title, text] =
    error.status === 404
      ? ['This session is gone', 'It ended too long ago, or never existed.']
      : error.status === 401
        ? [
            'This link does not open the session',
            'Its token is wrong. Use the link as it was given.',
          ]
        : ['The server does not answer', error.message];
  return (
    <main class="page-notice">
      <Notice isPage icon="window" title={title}>
        <p>{text}</p>
        <div class="actions">
          {api.mayGoToWall && (
            <a class="button plain" href={api.wallPath}>
              Sessions
            </a>
          )}
          <Button label="Try again" look="primary" onClick={onRetry} />
        </div>
      </Notice>
    </main>
  );
}
