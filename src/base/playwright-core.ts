/** Which `playwright-core` is installed beside this package: what it can do differs from version to version. */
import { createRequire } from 'node:module';

let version: string | null | undefined;

/** Its version; undefined where there is none: this package was bundled into a program. */
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

/** Whether a version of Playwright is 1.`minor` or newer. One that is not known is not. */
export function isSinceMinor(release: string | undefined, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = (release ?? '').split('.').map(Number);
  return itsMajor > 1 || (itsMajor === 1 && itsMinor >= minor);
}
