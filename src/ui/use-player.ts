/** The state of a player: its position, speed, and what its buttons and keys do. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Recordings have at most ten pictures a second. */
const FRAME_MS = 100;
/** Step of the left and right arrow keys. */
const SKIP_MS = 2_000;

export interface Player {
  /** Without a video, the player still moves through the events. */
  video: RefObject<HTMLVideoElement | null>;
  atMs: number;
  isPlaying: boolean;
  speed: number;
  setSpeed: (speed: number) => void;
  seek: (atMs: number) => void;
  toggle: () => void;
  step: (frames: number) => void;
  /** Returns true if the key belongs to the player. */
  onKey: (event: KeyboardEvent) => boolean;
  /** Listeners of the video. */
  listeners: { onPlay: () => void; onPause: () => void; onEnded: () => void };
}

interface PlayerOptions {
  src: string | undefined;
  durationMs: number;
  /** Where it starts. */
  startMs: number;
}

export function usePlayer({ src, durationMs, startMs }: PlayerOptions): Player {
  const video = useRef<HTMLVideoElement>(null);
  const [atMs, setAtMs] = useState(startMs);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const seek = (toMs: number): void => {
    const within = Math.min(Math.max(0, toMs), durationMs);
    if (video.current) moveTo(video.current, within);
    setAtMs(within);
  };
  const follow = (): void =>
    setAtMs(Math.min(durationMs, (video.current?.currentTime ?? 0) * 1000));
  const play = (): void => void video.current?.play().catch(() => setPlaying(false)); // its error event says why
  const toggle = (): void => {
    if (video.current?.paused === true) play();
    else video.current?.pause();
  };
  const step = (frames: number): void => {
    video.current?.pause();
    seek(atMs + frames * FRAME_MS);
  };
  // A video with a new source starts at the beginning, and paused.
  useLayoutEffect(() => {
    if (video.current) moveTo(video.current, atMs);
    if (isPlaying) play();
  }, [src]);
  useEffect(() => {
    if (video.current) video.current.playbackRate = speed;
  }, [speed, src]);
  useEveryFrame(isPlaying, follow);
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const actions: Record<string, () => void> = {
      ' ': toggle,
      ArrowLeft: () => seek(atMs - SKIP_MS),
      ArrowRight: () => seek(atMs + SKIP_MS),
      ',': () => step(-1),
      '.': () => step(1),
      Home: () => seek(0),
      End: () => seek(durationMs),
    };
    const action = actions[event.key];
    action?.();
    return action !== undefined;
  };
  const end = (): void => {
    setPlaying(false);
    follow();
  };
  const listeners = { onPlay: () => setPlaying(true), onPause: end, onEnded: end };
  return { video, atMs, isPlaying, speed, setSpeed, seek, toggle, step, onKey, listeners };
}

/** Runs an action with each frame. The video's `timeupdate` event fires four times a second, which is too slow for the list. */
function useEveryFrame(isActive: boolean, action: () => void): void {
  useEffect(() => {
    if (!isActive) return undefined;
    let request = requestAnimationFrame(function next() {
      action();
      request = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(request);
  }, [isActive]);
}

/** Chromium jumps to the end of a fully decoded video that is moved to where it already is. */
function moveTo(video: HTMLVideoElement, atMs: number): void {
  if (video.currentTime !== atMs / 1000) video.currentTime = atMs / 1000;
}
