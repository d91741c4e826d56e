/** Size budgets: the largest allowed value of each number. */

/**
 * Prints each number with its budget.
 *
 * @param {Record<string, number>} sizes
 * @param {Record<string, number>} limits by the same names
 * @param {(line: string) => void} print
 * @returns {string[]} a line for each number that exceeds its budget or has none
 */
export function overBudget(sizes, limits, print) {
  return Object.entries(sizes).flatMap(([name, exact]) => {
    const size = Math.ceil(exact);
    const limit = limits[name];
    print(`  ${name}: ${size} of ${limit}`);
    return size <= limit
      ? []
      : [
          `${name} is ${size}, its limit in size-limits.json is ${limit}. Make it smaller, or say in the commit why the limit is raised.`,
        ];
  });
}
