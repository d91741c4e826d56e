/** What the page shows, in the fragment of its address: so that it can be shared, and the browser can go back. */

const SIDE_BY_SIDE = 'side-by-side';

export interface Selection {
  /** Index of the test. */
  test?: number | undefined;
  /** Number of the attempt, from 1. */
  attempt?: number | undefined;
  /** Shows two attempts side by side. */
  isCompared?: boolean | undefined;
  /** A moment of the attempt, in milliseconds. */
  atMs?: number | undefined;
}

export function readSelection(): Selection {
  const params = new URLSearchParams(location.hash.slice(1));
  return {
    test: numberIn(params, 'test'),
    attempt: numberIn(params, 'attempt'),
    isCompared: params.get('view') === SIDE_BY_SIDE,
    atMs: numberIn(params, 'at'),
  };
}

export function writeSelection(selection: Selection): void {
  location.hash = hashOf(selection);
}

/** The fragment for a selection, including the `#`. */
export function hashOf({ test, attempt, isCompared, atMs }: Selection): string {
  const params = new URLSearchParams();
  if (test !== undefined) params.set('test', String(test));
  if (attempt !== undefined) params.set('attempt', String(attempt));
  if (isCompared === true) params.set('view', SIDE_BY_SIDE);
  if (atMs !== undefined) params.set('at', String(Math.round(atMs)));
  return `#${params.toString()}`;
}

function numberIn(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
