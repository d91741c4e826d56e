/** Names on the wire (`session_id`) and in TypeScript (`sessionId`): the mapping between them, and the nearest name to a mistyped one. */

/** `user_agent` as `userAgent`. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** `userAgent` as `user_agent`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S;

/** An object with the keys of `T` in camelCase; values are untouched. */
export type Camelized<T> = { [K in keyof T as K extends string ? CamelCase<K> : K]: T[K] };

/** An object with the keys of `T` in snake_case; values are untouched. */
export type Snaked<T> = { [K in keyof T as K extends string ? SnakeCase<K> : K]: T[K] };

export function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A copy with keys in camelCase, one level deep, without keys that are `undefined`. */
export function camelize<T extends object>(wire: T): Camelized<T> {
  return renameKeys(wire, toCamelCase) as Camelized<T>;
}

/** A copy with keys in snake_case, one level deep, without keys that are `undefined`. */
export function snakify<T extends object>(value: T): Snaked<T> {
  return renameKeys(value, toSnakeCase) as Snaked<T>;
}

/** Names that options had before, and what they are called now. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  idleTimeoutMinutes: 'idleTimeout',
  maxDurationMinutes: 'maxDuration',
  startTimeoutMs: 'startTimeout',
  browserType: 'channel',
  chromeArgs: 'args',
  aspectRatio: 'viewport',
  extraHttpHeaders: 'extraHTTPHeaders',
  timeoutMs: 'timeout',
  retryDelayMs: 'retryDelay',
  intervalMs: 'interval',
  timeMs: 'time',
  atMs: 'at',
  durationMs: 'duration',
  hostname: 'host',
  retentionMs: 'retention',
  maxWaitMs: 'maxWait',
  maxGridWaitMs: 'maxGridWait',
  'retention-hours': 'retention',
};

/** The current name of an option, also of one in snake_case. */
export function newName(name: string): string {
  const camel = toCamelCase(name);
  return (Object.hasOwn(NEW_NAMES, camel) ? NEW_NAMES[camel] : undefined) ?? camel;
}

/** Shortest beginning of a name that is taken for the name, in letters. */
const MIN_BEGINNING = 4;

/** The candidate that is most like `name`, if one is close enough to be what was meant; else one that goes on where `name` ends: most often the unit is missing. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const renamed = newName(name);
  if (renamed !== name && candidates.includes(renamed)) return renamed;
  return (
    mostLike(name, candidates) ??
    candidates.find(
      (it) => name.length >= MIN_BEGINNING && it.toLowerCase().startsWith(name.toLowerCase()),
    )
  );
}

function mostLike(name: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let best = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(name.length - candidate.length) >= best) continue; // the distance is no less, and a long name would take long to compare
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best) [nearest, best] = [candidate, distance];
  }
  return nearest;
}

/** A copy with other keys, without those whose value is `undefined`. */
export function renameKeys(value: object, rename: (name: string) => string): object {
  const entries = Object.entries(value).filter(([, content]) => content !== undefined);
  return Object.fromEntries(entries.map(([name, content]) => [rename(name), content as unknown]));
}

/** How many letters were added, left out, replaced, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 2] === b[column - 1] && a[row - 1] === b[column - 2];
      rows[row]?.push(
        Math.min(
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
