/** The sessions of the server, updated while the page is visible. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Wall } from '../../contract/viewer';
import { CallError, type Api } from '../api';
import { useVisible } from '../../ui/hooks';

/** Time between updates, in milliseconds. Thumbnails have their own connection. */
const EVERY_MS = 2_000;

interface WallState {
  wall: Wall | undefined;
  /** Why the last update failed. */
  problem: string | undefined;
  needsKey: boolean;
  load: () => void;
  /** Tries a key; null forgets it. */
  setKey: (key: string | null) => void;
}

function refusal(api: Api): string {
  return api.hasKey
    ? 'This is not the key of this server.'
    : 'This link does not work any more: it has opened the wall before, or its server was restarted.';
}

export function useWall(api: Api): WallState {
  const [wall, setWall] = useState<Wall>();
  const [problem, setProblem] = useState<string>();
  const [needsKey, setNeedsKey] = useState(!api.hasKey && !api.hasPass);
  const isVisible = useVisible();
  const load = useCallback(() => {
    api.wall().then(
      (next) => {
        setWall(next);
        setProblem(undefined);
        setNeedsKey(false);
      },
      (error: unknown) => {
        const isRefused = error instanceof CallError && error.isRefusal;
        setProblem(isRefused ? refusal(api) : 'The server does not answer.');
        if (isRefused) setNeedsKey(true);
      },
    );
  }, [api]);
  useEffect(() => {
    if (needsKey || !isVisible) return undefined;
    load();
    const timer = setInterval(load, EVERY_MS);
    return () => clearInterval(timer);
  }, [needsKey, isVisible, load]);
  const setKey = (key: string | null): void => {
    api.setKey(key);
    setWall(undefined);
    setProblem(undefined);
    setNeedsKey(true);
    if (key !== null) load();
  };
  return { wall, problem, needsKey, load, setKey };
}
