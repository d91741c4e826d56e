/** Renews the URL of a recording: it works for an hour, and the page can stay open for longer. */
import { useRef, useState } from 'preact/hooks';
import { messageOf } from '../../base/errors';
import type { Api } from '../api';

/** If a new URL fails within this time, in milliseconds, its age is not the reason. */
const SOON_MS = 60_000;

export interface Renewal {
  path: string;
  /** Why the recording cannot be played; undefined if it can. */
  problem: string | undefined;
  /** For the error event of the video: gets a new URL once. */
  onError: () => void;
  /** Gets a new URL. */
  renew: () => void;
}

export function useRenewal(api: Api, first: string): Renewal {
  const [path, setPath] = useState(first);
  const [problem, setProblem] = useState<string>();
  const renewedMs = useRef(-Infinity);
  const renew = (): void => {
    renewedMs.current = performance.now();
    freshPath(api).then(
      (fresh) => {
        setProblem(undefined);
        setPath(fresh);
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  };
  const onError = (): void => {
    if (performance.now() - renewedMs.current > SOON_MS) renew();
    else setProblem('The browser cannot play it.');
  };
  return { path, problem, onError, renew };
}

/**
 * Path and query of the recording, which work for an hour from now.
 * @throws {@link CallError} when the server refuses
 */
export async function freshPath(api: Api): Promise<string> {
  const { replay } = await api.story();
  if (replay?.state !== 'ready') throw new Error('The server has no replay any more.');
  return replay.path;
}
