/** Prunes Chromium's user data folder before it is kept in a profile. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUP_FILE } from '../../browser/profile-folder';

/** Folders that have something to remove: the browser's, its user's, and the one where newer Chromiums keep cookies. */
const FOLDERS = ['', 'Default', join('Default', 'Network')];

/** Not kept: caches, reports, downloaded components, and files that tie the folder to one process. The profile has its own cookies. */
const NOT_KEPT = new Set([
  ...['ShaderCache', 'GrShaderCache', 'GraphiteDawnCache', 'GPUCache', 'GPUPersistentCache'],
  ...['DawnGraphiteCache', 'DawnWebGPUCache', 'DawnCache', 'Code Cache'],
  ...['BrowserMetrics', 'BrowserMetrics-spare.pma', 'DeferredBrowserMetrics'],
  ...['Crashpad', 'Crash Reports'],
  ...['component_crx_cache', 'extensions_crx_cache', 'optimization_guide_model_store'],
  ...['Safe Browsing', 'Safe Browsing Network', 'segmentation_platform', 'Segmentation Platform'],
  ...['OptimizationHints', 'WidevineCdm', 'Subresource Filter'],
  ...['SingletonLock', 'SingletonCookie', 'SingletonSocket', 'DevToolsActivePort', GROUP_FILE],
  ...['Cookies', 'Cookies-journal'],
  ...['Sessions', 'Session Storage'], // the open tabs
]);

/** Removes everything that a session does not need. Call it when the browser has ended. */
export async function pruneUserData(userDataDir: string): Promise<void> {
  for (const folder of FOLDERS.map((name) => join(userDataDir, name)))
    for (const name of await readdir(folder).catch(() => []))
      if (NOT_KEPT.has(name)) await rm(join(folder, name), { recursive: true, force: true });
}
