/** Small tools that components share. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** The time on the server, told anew every second. */
export function useNow(offsetMs = 0): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now + offsetMs;
}

/** Whether the page can be seen: behind other tabs nothing need move. */
export function useVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const listener = (): void => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, []);
  return isVisible;
}

/** A function that always does what the latest rendering says, and never changes: for listeners that are added once. */
export function useLatest<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R {
  const latest = useRef(action);
  latest.current = action;
  return useRef((...args: A) => latest.current(...args)).current;
}

/** The title of the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/**
 * An element that gets the focus when `isNext` comes true and what had it is gone, or is the picture that takes no more keys. In a frame
 * it is left to whoever has it elsewhere.
 */
export function useNextFocus<E extends HTMLElement>(isNext: boolean): RefObject<E | null> {
  const element = useRef<E>(null);
  const before = useRef(isNext);
  useEffect(() => {
    const hasCome = isNext && !before.current;
    before.current = isNext;
    if (hasCome && document.hasFocus() && document.activeElement?.matches('body, canvas') === true)
      element.current?.focus();
  }, [isNext]);
  return element;
}
