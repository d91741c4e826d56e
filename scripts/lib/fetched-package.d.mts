/** Types of fetched-package.mjs, for tests. */
export function fetchedPackage(name: string, version: string, size: string): Promise<string>;
