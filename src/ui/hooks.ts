/** Hooks that components share. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** The current time, updated every second. @param offsetMs - how far the server's clock is ahead */
export function useNow(offsetMs = 0): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now + offsetMs;
}

/** Whether the page is visible. Nothing needs to move in a background tab. */
export function useVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const listener = (): void => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, []);
  return isVisible;
}

/** A function with a stable identity that runs the latest version of the action. */
export function useLatest<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R {
  const latest = useRef(action);
  latest.current = action;
  return useRef((...args: A) => latest.current(...args)).current;
}

/** Sets the title of the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/**
 * Moves the focus to an element when `isNext` becomes true, if nothing else has it: the focused element was removed, or is the canvas,
 * which no longer takes keys. A frame without focus does not take it.
 */
export function useNextFocus<E extends HTMLElement>(isNext: boolean): RefObject<E | null> {
  const element = useRef<E>(null);
  const before = useRef(isNext);
  useEffect(() => {
    const isNew = isNext && !before.current;
    before.current = isNext;
    if (isNew && document.hasFocus() && document.activeElement?.matches('body, canvas') === true)
      element.current?.focus();
  }, [isNext]);
  return element;
}
