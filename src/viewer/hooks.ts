/** Small tools that components share. */
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
