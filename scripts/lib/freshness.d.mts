/** Types of freshness.mjs, for its test. */
export function whyInstall(root: string): string | undefined;
export function whyBuild(root: string): string | undefined;
export function exportedFiles(manifest: { bin?: object; exports?: object }): string[];
