/** Calls on the browser of an active session (cookies, tabs, current page), and scraping without a session. */
import { actionSchema, decodeAction, encodeAction } from '../actions';
import {
  cookiesAnswerSchema,
  cookiesSchema,
  cookiesSetSchema,
  decodeCookies,
  encodeCookiesToSet,
} from '../cookies';
import {
  debugInfoSchema,
  debugTabSchema,
  decodeTabQuery,
  encodeTabQuery,
  tabQuerySchema,
} from '../debug';
import { executionResultSchema } from '../execution';
import {
  decodeObserveRequest,
  encodeObserveRequest,
  observationSchema,
  observeRequestSchema,
} from '../observation';
import {
  decodeScrapeRequest,
  encodeScrapeRequest,
  scrapedDataSchema,
  scrapeRequestSchema,
} from '../scrape';
import { decodeScrapeUrl, encodeScrapeUrl, scrapeUrlSchema } from '../scrape-url';
import { decodeTouchingQuery, encodeTouchingQuery, touchingQuerySchema } from '../touching';
import type { Operation } from './operation';

const touching = {
  schema: touchingQuerySchema,
  decode: decodeTouchingQuery,
  encode: encodeTouchingQuery,
};

export const browserOperations = {
  getCookies: {
    method: 'GET',
    path: '/sessions/{session_id}/cookies',
    summary: "The cookies of the session's own context",
    running: true,
    query: touching,
    response: cookiesAnswerSchema,
  },
  setCookies: {
    method: 'POST',
    path: '/sessions/{session_id}/cookies',
    summary: "Add cookies to the session's own context",
    running: true,
    repeatable: true,
    query: touching,
    request: { schema: cookiesSchema, decode: decodeCookies, encode: encodeCookiesToSet },
    response: cookiesSetSchema,
  },
  getDebugInfo: {
    method: 'GET',
    path: '/sessions/{session_id}/debug',
    summary: 'Where to look into the running session',
    running: true,
    query: touching,
    response: debugInfoSchema,
  },
  getDebugTab: {
    method: 'GET',
    path: '/sessions/{session_id}/debug/tab',
    summary: 'One tab of the running session',
    running: true,
    query: { schema: tabQuerySchema, decode: decodeTabQuery, encode: encodeTabQuery },
    response: debugTabSchema,
  },
  executeAction: {
    method: 'POST',
    path: '/sessions/{session_id}/page/execute',
    summary: 'Do something on the current page; that it fails is a result',
    running: true,
    query: touching,
    request: { schema: actionSchema, decode: decodeAction, encode: encodeAction },
    response: executionResultSchema,
    failures: [409],
  },
  observePage: {
    method: 'POST',
    path: '/sessions/{session_id}/page/observe',
    summary: 'What the current page shows, and what can be done on it',
    running: true,
    repeatable: true,
    query: touching,
    request: {
      schema: observeRequestSchema,
      decode: decodeObserveRequest,
      encode: encodeObserveRequest,
    },
    response: observationSchema,
  },
  scrapePage: {
    method: 'POST',
    path: '/sessions/{session_id}/page/scrape',
    summary: 'The content of the current page as markdown',
    running: true,
    repeatable: true,
    query: touching,
    request: {
      schema: scrapeRequestSchema,
      decode: decodeScrapeRequest,
      encode: encodeScrapeRequest,
    },
    response: scrapedDataSchema,
  },
  takeScreenshot: {
    method: 'POST',
    path: '/sessions/{session_id}/page/screenshot',
    summary: 'The visible part of the page',
    running: true,
    repeatable: true,
    query: touching,
    response: { mediaType: 'image/jpeg' },
  },
  scrapeUrl: {
    method: 'POST',
    path: '/scrape',
    summary: 'The content of a page as markdown, in a session that is started for it',
    request: { schema: scrapeUrlSchema, decode: decodeScrapeUrl, encode: encodeScrapeUrl },
    response: scrapedDataSchema,
    failures: [429, 503],
  },
} as const satisfies Record<string, Operation>;
