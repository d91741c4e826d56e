/** The job that converts a page to markdown. */
import type { Job } from '../../work/job';

/** A document of a page. */
export interface PageHtml {
  /** Inner HTML of the element or document. Shadow roots are `<template shadowrootmode>`. */
  html: string;
  /** Base URL. */
  baseUrl: string;
  /** Original length, in characters; larger than `html` if that was truncated. */
  fullLength: number;
}

/** Input of the job. */
export interface MarkdownOrder {
  main: PageHtml;
  frames: readonly { url: string; page: PageHtml }[];
  keepLinks: boolean;
  keepImages: boolean;
  ignoredTags: readonly string[];
  onlyMainContent: boolean;
  useLinkPlaceholders: boolean;
}

/** Converts a page and its frames to markdown. Clients wait 45 s for an answer, most of it for this on a busy machine; on an idle machine, the largest page takes 5 s. */
export const markdownJob: Job<MarkdownOrder, string> = { name: 'markdown', timeoutMs: 20_000 };
