/** The job that makes markdown of a page: what it takes and gives. */
import type { Job } from '../../work/job';

/** A document of a page. */
export interface PageHtml {
  /** What is inside of the element, or of the whole document. Shadow roots are `<template shadowrootmode>`. */
  html: string;
  /** What relative URLs are relative to. */
  baseUrl: string;
  /** How much there was, in characters; more than `html` where that was cut. */
  fullLength: number;
}

/** What is to be converted, and how. */
export interface MarkdownOrder {
  main: PageHtml;
  frames: readonly { url: string; page: PageHtml }[];
  keepLinks: boolean;
  keepImages: boolean;
  ignoredTags: readonly string[];
  onlyMainContent: boolean;
  useLinkPlaceholders: boolean;
}

/** The markdown of a page and its frames. Clients wait 45 s for an answer, most of it for this on a busy machine: alone, the largest page takes 5. */
export const markdownJob: Job<MarkdownOrder, string> = { name: 'markdown', timeoutMs: 20_000 };
