/** Which Playwright may speak Playwright's own protocol with which. */

/** The first two numbers of a released version. */
const RELEASE = /^(\d+\.\d+)\.\d+$/;

/**
 * Whether a client of one version of Playwright can use a server of another. Playwright's own rule: the first two numbers are the same.
 * A version before its release fits none but itself.
 */
export function playwrightVersionsFit(one: string, other: string): boolean {
  const minor = RELEASE.exec(one)?.[1];
  return one === other || (minor !== undefined && minor === RELEASE.exec(other)?.[1]);
}
