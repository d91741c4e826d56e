/** One session on the wall: its picture, its current test, and the results so far. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WallSession } from '../../contract/viewer';
import { fetchPoster, thumbnailUrl } from '../api';
import { Connection } from '../connection';
import { age, shortId, shortUrl } from '../../ui/format';
import { useVisible } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { OutcomeIcon, TestTitle } from '../../ui/parts';
import { StatusBadge } from '../parts';

export function Card({ session, nowMs }: { session: WallSession; nowMs: number }): JSX.Element {
  const { id, status, test, tab, createdMs, endedMs, viewerPath } = session;
  const title = titleOf(session);
  const isActive = status === 'active';
  const since = isActive ? age(nowMs - createdMs) : `${age(nowMs - (endedMs ?? nowMs))} ago`;
  return (
    <a class={`card ${isActive ? 'running' : 'over'}`} href={viewerPath}>
      <span class="card-picture">
        <Thumbnail session={session} />
        <span class="card-status">
          <StatusBadge status={status} />
        </span>
        <span class="card-age">{since}</span>
      </span>
      <span class="card-text">
        <span class="card-title" title={title}>
          {test && <OutcomeIcon outcome={test.outcome} />}
          <TestTitle class="card-title-text" text={title} />
        </span>
        <span class="card-more">
          <span class="card-url" title={tab?.url ?? id}>
            {tab ? shortUrl(tab.url) : shortId(id)}
          </span>
          {test?.worker !== undefined && <span class="card-worker">Worker {test.worker}</span>}
          <Counts session={session} />
        </span>
      </span>
    </a>
  );
}

function titleOf({ id, test, tab }: WallSession): string {
  if (test) return test.title;
  return tab && tab.title !== '' ? tab.title : `Session ${shortId(id)}`;
}

function Counts({
  session: { testsDone, testsFailed },
}: {
  session: WallSession;
}): JSX.Element | null {
  if (testsDone === 0) return null;
  return (
    <span class="card-counts">
      <span title={`${testsDone - testsFailed} done without failure`}>
        <Icon name="check" />
        {testsDone - testsFailed}
        <span class="hidden-text"> passed</span>
      </span>
      {testsFailed > 0 && (
        <span class="failed" title={`${testsFailed} failed`}>
          <Icon name="cross" />
          {testsFailed}
          <span class="hidden-text"> failed</span>
        </span>
      )}
    </span>
  );
}

/** Live while the card is visible and the session is running; after that the last recorded picture. */
function Thumbnail({ session }: { session: WallSession }): JSX.Element {
  const { viewerPath, status, wasRecorded } = session;
  const image = useRef<HTMLImageElement>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const isInSight = useInSight(image);
  const isActive = status === 'active';
  useEffect(() => {
    const { current: element } = image;
    if (!element || !isInSight || (!isActive && !wasRecorded)) return undefined;
    const show = (jpeg: Blob): void => {
      const before = element.src;
      element.src = URL.createObjectURL(jpeg);
      if (before.startsWith('blob:')) URL.revokeObjectURL(before);
      setHasPicture(true);
    };
    return isActive ? watch(viewerPath, show) : showPoster(viewerPath, show);
  }, [viewerPath, isActive, wasRecorded, isInSight]);
  return (
    <>
      <img ref={image} class="card-image" alt="" data-shown={hasPicture} />
      {!hasPicture && (
        <span class="card-blank">
          <Icon name={isActive ? 'window' : 'recording'} />
        </span>
      )}
    </>
  );
}

function watch(viewerPath: string, show: (jpeg: Blob) => void): () => void {
  const connection = new Connection(thumbnailUrl(viewerPath), {
    onPicture: ({ jpeg }) => show(jpeg),
    onMessage: () => {},
    onState: () => {},
  });
  return () => connection.close();
}

function showPoster(viewerPath: string, show: (jpeg: Blob) => void): () => void {
  const leaving = new AbortController();
  fetchPoster(viewerPath, leaving.signal).then(show, () => {}); // there is none
  return () => leaving.abort();
}

/** Whether an element is in the viewport, or close to it. */
function useInSight(element: { readonly current: HTMLElement | null }): boolean {
  const [isInSight, setInSight] = useState(false);
  const isVisible = useVisible();
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setInSight(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: '100px' },
    );
    observer.observe(element.current.parentElement ?? element.current);
    return () => observer.disconnect();
  }, []);
  return isInSight && isVisible;
}
