/** How two things are compared: alternating, in pairs, by the median of the pairs' ratios; and how times are shown. */

/**
 * Measures several sides in rounds. The order turns round each time (A B C, C B A, ...), so that a machine that
 * grows slower or faster favours nobody. The first round is thrown away. There is at least one more; after it, none begins that
 * would end later than `withinMs`.
 *
 * @param {Record<string, () => Promise<number>>} sides each returns its own measurement
 * @param {{ rounds: number, warmUp?: number, withinMs?: number, onRound?: (values: Record<string, number>) => void }} options
 * @returns {Promise<Record<string, number[]>>} the measurements of each side, round by round
 */
export async function alternate(sides, { rounds, warmUp = 1, withinMs = Infinity, onRound }) {
  const startedAt = performance.now();
  const names = Object.keys(sides);
  const values = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const current = {};
    for (const name of round % 2 === 0 ? names : [...names].reverse())
      current[name] = await sides[name]();
    if (round < warmUp) continue;
    names.forEach((name) => values[name].push(current[name]));
    onRound?.(current);
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs + elapsedMs / (round + 1) > withinMs) break;
  }
  return values;
}

/** The median of the ratios of two sides, round by round. */
export function ratio(values, base) {
  return median(values.map((value, index) => value / base[index]));
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A time in milliseconds, as seconds. */
export function seconds(value) {
  return `${(value / 1_000).toFixed(2)} s`;
}

/** A time in milliseconds. */
export function milliseconds(value) {
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(0)} ms`;
}

/** What each side of a round took, in milliseconds, as one line. */
export function describeRound(round) {
  return Object.entries(round)
    .map(([side, value]) => `${side} ${seconds(value)}`)
    .join(', ');
}
