/** Which versions of Playwright and Node the matrix holds, and how a run in it is counted. */

/** The lines of Node that are supported: each even number since `engines` of package.json, as long as Node's own team supports it. */
export const NODE_VERSIONS = [20, 22, 24];

/**
 * The newest release of each minor version, except that the first is the oldest of all. Pre-releases do not count.
 *
 * @param {string | string[]} versions as npm prints them: a single one is not in a list
 * @returns {string[]} ascending
 */
export function minors(versions) {
  const released = [versions]
    .flat()
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort(byNumber);
  const newest = new Map(released.map((version) => [version.replace(/\.\d+$/, ''), version]));
  return [...new Set([...released.slice(0, 1), ...[...newest.values()].slice(1)])];
}

/**
 * Counts one run of the suite. A remark about a private part of Playwright that is gone counts as a failure: the seam is broken,
 * though no test noticed.
 *
 * @param {{ code: number | null, output: string, stoppedBecause?: string, report?: object }} run
 * @returns {{ passed: number, failed: number, problem: string | undefined }}
 */
export function countRun({ code, output, stoppedBecause, report }) {
  const { expected = 0, flaky = 0, unexpected = 0, skipped = 0 } = report?.stats ?? {};
  const problem =
    stoppedBecause ??
    /this version of Playwright has no .*/.exec(output)?.[0] ??
    (code !== 0 && unexpected === 0 ? `exit code ${code}` : undefined) ??
    (expected + unexpected === 0 ? 'ran no test' : undefined);
  return { passed: expected + flaky, failed: unexpected + skipped + (problem ? 1 : 0), problem };
}

/** Adds counts up. */
export function sum(counts) {
  return counts.reduce(
    (total, { passed, failed }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
    }),
    { passed: 0, failed: 0 },
  );
}

function byNumber(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? 0 : left[at] - right[at];
}
