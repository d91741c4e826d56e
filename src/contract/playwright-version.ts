/** Compatibility of Playwright versions that use Playwright's own protocol. */

/** Matches the first two numbers of a released version. */
const RELEASE = /^(\d+\.\d+)\.\d+$/;

/**
 * Whether a Playwright client can use a Playwright server. Playwright's rule: the first two numbers must be equal. A prerelease only
 * fits itself.
 */
export function playwrightVersionsFit(one: string, other: string): boolean {
  const minor = RELEASE.exec(one)?.[1];
  return one === other || (minor !== undefined && minor === RELEASE.exec(other)?.[1]);
}
