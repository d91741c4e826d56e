/** The library that reads and writes MP4, in one file for pages and for Node. It lies beside our own code since the build. */
import file from 'bundled:mediabunny';
import type * as mediabunnyModule from 'mediabunny';

/** What the library offers. */
export type Mediabunny = typeof mediabunnyModule;

/** Where its file is. */
export const MEDIABUNNY_URL = new URL(file, import.meta.url);

/** Loads it into this process. */
export function loadMediabunny(): Promise<Mediabunny> {
  return import(/* @vite-ignore */ MEDIABUNNY_URL.href) as Promise<Mediabunny>;
}
