/** Entry point `sessionwright/provider`: what a module needs that provides browsers. */
export type { BrowserProvider, BrowserRequest, ListedBrowser, ProvidedBrowser } from './types';
