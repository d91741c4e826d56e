/** What of Chromium's user data folder is worth keeping in a profile. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUP_FILE } from '../../browser/profile-folder';

/** Of the whole browser: what it makes anew, and what ties the folder to one process. */
const BROWSER_WASTE = new Set([
  ...['ShaderCache', 'GrShaderCache', 'GraphiteDawnCache', 'GPUCache', 'GPUPersistentCache'], // compiled shaders
  ...[
    'BrowserMetrics',
    'BrowserMetrics-spare.pma',
    'Crashpad',
    'Crash Reports',
    'DeferredBrowserMetrics',
  ], // reports that are never sent
  ...[
    'component_crx_cache',
    'extensions_crx_cache',
    'Safe Browsing',
    'segmentation_platform',
    'OptimizationHints',
    'optimization_guide_model_store',
    'WidevineCdm',
    'Subresource Filter',
  ], // downloads
  ...['SingletonLock', 'SingletonCookie', 'SingletonSocket', 'DevToolsActivePort', GROUP_FILE],
]);
/** Of its one user. Cookies are kept beside the folder; open tabs belong to the session that had them. */
const USER_WASTE = new Set([
  ...[
    'GPUCache',
    'DawnGraphiteCache',
    'DawnWebGPUCache',
    'DawnCache',
    'Code Cache',
    'optimization_guide_model_store',
    'Safe Browsing Network',
    'Segmentation Platform',
  ],
  ...['Cookies', 'Cookies-journal', 'Sessions', 'Session Storage'],
]);
/** Where newer Chromiums keep cookies. */
const NETWORK_WASTE = new Set(['Cookies', 'Cookies-journal']);

/** Removes what need not be copied for each session. The browser has ended. */
export async function pruneUserData(userDataDir: string): Promise<void> {
  await prune(userDataDir, BROWSER_WASTE);
  await prune(join(userDataDir, 'Default'), USER_WASTE);
  await prune(join(userDataDir, 'Default', 'Network'), NETWORK_WASTE);
}

async function prune(folder: string, waste: ReadonlySet<string>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names
      .filter((name) => waste.has(name))
      .map(async (name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
