/** Where the film comes from once more: its URL works for an hour, and the page may be open for longer. */
import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { messageOf } from '../../base/errors';
import type { Api } from '../api';

/** What fails again so soon is not the age of a URL, in milliseconds. */
const SOON_MS = 60_000;

/** What keeps the film from being played, and what can be done. */
export interface Renewal {
  /** Undefined while all is well. */
  problem: string | undefined;
  /** For the film's own error: it goes on where it was, from a new URL, or there is a problem. */
  onError: () => void;
  /** The same, because somebody wants it. */
  renew: () => void;
}

export function useRenewal(api: Api, video: RefObject<HTMLVideoElement | null>): Renewal {
  const [problem, setProblem] = useState<string>();
  const renewedMs = useRef(-Infinity);
  const renew = (): void => {
    renewedMs.current = performance.now();
    freshPath(api).then(
      (path) => {
        setProblem(undefined);
        if (video.current) goOn(video.current, path);
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  };
  const onError = (): void => {
    if (performance.now() - renewedMs.current > SOON_MS) renew();
    else setProblem(video.current?.error?.message);
  };
  return { problem, onError, renew };
}

/**
 * Path and query of the film, which work from now on for an hour.
 * @throws {@link CallError} when the server does not tell
 */
export async function freshPath(api: Api): Promise<string> {
  const { replay } = await api.story();
  if (replay?.state !== 'ready') throw new Error('The server has no replay any more.');
  return replay.path;
}

function goOn(film: HTMLVideoElement, path: string): void {
  const { currentTime, playbackRate, paused } = film;
  film.src = path; // which begins anew
  film.currentTime = currentTime;
  film.playbackRate = playbackRate;
  if (!paused) void film.play().catch(() => {});
}
