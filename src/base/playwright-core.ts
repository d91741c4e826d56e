/** The version of the installed `playwright-core`, since features depend on it. */
import { createRequire } from 'node:module';

let version: string | null | undefined;

/** Its version; undefined if it is missing, because this package was bundled into a program. */
export function playwrightCoreVersion(): string | undefined {
  version ??= readVersion();
  return version ?? undefined;
}

function readVersion(): string | null {
  try {
    const require = createRequire(import.meta.url);
    return (require('playwright-core/package.json') as { version: string }).version;
  } catch {
    return null;
  }
}

/** Whether a version of Playwright is 1.`minor` or newer. False if it is unknown. */
export function isSinceMinor(release: string | undefined, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = (release ?? '').split('.').map(Number);
  return itsMajor > 1 || (itsMajor === 1 && itsMinor >= minor);
}
