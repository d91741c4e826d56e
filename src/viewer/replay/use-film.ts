/** The player: where the film is, and what can be done with it. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { seekTo } from '../../ui/seek';
import { fromHash } from '../start';

/** One step, in seconds: recordings have ten pictures a second at most. */
const FRAME_S = 0.1;
/** How far an arrow key goes, in seconds. */
const SKIP_S = 2;
/** Speeds that can be chosen. */
export const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4] as const;

/** What the page shows of the player, and does with it. */
export interface Player {
  video: RefObject<HTMLVideoElement | null>;
  /** Where the film is, in seconds. */
  second: number;
  isPlaying: boolean;
  speed: number;
  setSpeed: (speed: number) => void;
  seek: (second: number) => void;
  toggle: () => void;
  step: (frames: number) => void;
  /** Handles the keys of the player; true when it was one. */
  onKey: (event: KeyboardEvent) => boolean;
}

export function useFilm(durationS: number): Player {
  const video = useRef<HTMLVideoElement>(null);
  const [second, setSecond] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const seek = (to: number): void => {
    const { current: film } = video;
    if (!film) return;
    seekTo(film, Math.min(Math.max(0, to), durationS));
    setSecond(film.currentTime);
  };
  useLinkedMoment(seek);
  useEffect(() => (video.current ? follow(video.current, setSecond, setPlaying) : undefined), []);
  useEffect(() => {
    if (video.current) video.current.playbackRate = speed;
  }, [speed]);
  const toggle = (): void => {
    const { current: film } = video;
    if (!film) return;
    if (film.paused) void film.play().catch(() => {});
    else film.pause();
  };
  const step = (frames: number): void => {
    video.current?.pause();
    seek((video.current?.currentTime ?? 0) + frames * FRAME_S);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const now = video.current?.currentTime ?? 0;
    const actions: Record<string, () => void> = {
      ' ': toggle,
      ArrowLeft: () => seek(now - SKIP_S),
      ArrowRight: () => seek(now + SKIP_S),
      ',': () => step(-1),
      '.': () => step(1),
      Home: () => seek(0),
      End: () => seek(durationS),
    };
    const action = actions[event.key];
    action?.();
    return action !== undefined;
  };
  return { video, second, isPlaying, speed, setSpeed, seek, toggle, step, onKey };
}

/** Goes to the moment that the address names, whenever it names another one. */
function useLinkedMoment(seek: (second: number) => void): void {
  useEffect(() => {
    const go = (): void => {
      const wanted = Number(fromHash('t') ?? Number.NaN);
      if (!Number.isNaN(wanted)) seek(wanted);
    };
    go();
    addEventListener('hashchange', go);
    return () => removeEventListener('hashchange', go);
  }, []);
}

/** Tells where the film is and whether it plays, until the returned function is called. `timeupdate` comes four times a second, which a list can be seen to lag. */
function follow(
  film: HTMLVideoElement,
  onSecond: (second: number) => void,
  onPlaying: (isPlaying: boolean) => void,
): () => void {
  const tell = (): void => onSecond(film.currentTime);
  const tellState = (): void => onPlaying(!film.paused && !film.ended);
  for (const name of ['timeupdate', 'seeked', 'loadedmetadata']) film.addEventListener(name, tell);
  for (const name of ['play', 'pause', 'ended']) film.addEventListener(name, tellState);
  let frame = 0;
  const next = (): void => {
    if (!film.paused) tell();
    frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame); // its listeners go with the film
}
