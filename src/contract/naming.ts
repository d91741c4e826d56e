/** Maps names between the wire (`session_id`) and TypeScript (`sessionId`), and suggests the nearest valid name. */

/** Converts `user_agent` to `userAgent`. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** Converts `userAgent` to `user_agent`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S;

/** `T` with camelCase keys. */
export type Camelized<T> = { [K in keyof T as K extends string ? CamelCase<K> : K]: T[K] };

/** `T` with snake_case keys. */
export type Snaked<T> = { [K in keyof T as K extends string ? SnakeCase<K> : K]: T[K] };

export function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Copies an object with camelCase keys, one level deep, without `undefined` values. */
export function camelize<T extends object>(wire: T): Camelized<T> {
  return renameKeys(wire, toCamelCase) as Camelized<T>;
}

/** Copies an object with snake_case keys, one level deep, without `undefined` values. */
export function snakify<T extends object>(value: T): Snaked<T> {
  return renameKeys(value, toSnakeCase) as Snaked<T>;
}

/** Former names of options, and their current names. */
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

/** Returns the current name of an option, also if it is in snake_case. */
export function newName(name: string): string {
  const camel = toCamelCase(name);
  return (Object.hasOwn(NEW_NAMES, camel) ? NEW_NAMES[camel] : undefined) ?? camel;
}

/** Minimum length of a prefix that counts as a match, in letters. */
const MIN_BEGINNING = 4;

/** Returns the most similar candidate if it is close enough, otherwise one that starts with `name`: often only the unit is missing. */
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
    if (Math.abs(name.length - candidate.length) >= best) continue; // the distance is at least that, and comparing long names is slow
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best) [nearest, best] = [candidate, distance];
  }
  return nearest;
}

/** Copies an object with other keys, without `undefined` values. */
export function renameKeys(value: object, rename: (name: string) => string): object {
  const entries = Object.entries(value).filter(([, content]) => content !== undefined);
  return Object.fromEntries(entries.map(([name, content]) => [rename(name), content as unknown]));
}

/** Counts added, omitted, replaced and swapped letters. */
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
