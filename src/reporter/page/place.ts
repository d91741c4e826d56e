/** What the reader looks at, as it stands in the address: so that it can be sent to somebody, and "back" goes back. */

const SIDE_BY_SIDE = 'side-by-side';

/** Of a test: an attempt (from 1) and a moment of it, in milliseconds; or two attempts side by side. */
export interface Place {
  test?: number | undefined;
  attempt?: number | undefined;
  isCompared?: boolean | undefined;
  atMs?: number | undefined;
}

/** What the address says. */
export function readPlace(): Place {
  const said = new URLSearchParams(location.hash.slice(1));
  return {
    test: numberIn(said, 'test'),
    attempt: numberIn(said, 'attempt'),
    isCompared: said.get('view') === SIDE_BY_SIDE,
    atMs: numberIn(said, 'at'),
  };
}

/** Goes there. */
export function writePlace(place: Place): void {
  location.hash = hashOf(place);
}

/** The address of a place. */
export function addressOf(place: Place): string {
  return `${location.href.split('#', 1)[0] ?? ''}#${hashOf(place)}`;
}

function hashOf({ test, attempt, isCompared, atMs }: Place): string {
  const said = new URLSearchParams();
  if (test !== undefined) said.set('test', String(test));
  if (attempt !== undefined) said.set('attempt', String(attempt));
  if (isCompared === true) said.set('view', SIDE_BY_SIDE);
  if (atMs !== undefined) said.set('at', String(Math.round(atMs)));
  return said.toString();
}

function numberIn(said: URLSearchParams, name: string): number | undefined {
  const text = said.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
