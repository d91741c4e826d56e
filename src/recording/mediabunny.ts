/** The library that writes MP4, in one file for pages. The build puts it next to our code. */
import file from 'bundled:mediabunny';
import type * as mediabunnyModule from 'mediabunny';

/** What the library offers. */
export type Mediabunny = typeof mediabunnyModule;

/** Where its file is. */
export const MEDIABUNNY_URL = new URL(file, import.meta.url);
