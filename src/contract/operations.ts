/** Every call of the session API in one table: what is sent, what comes back. It is the source of the API's description, and of tests that go through all calls. */
import * as z from 'zod';

import { actionSchema } from './actions';
import { cookiesSchema, cookiesSetSchema } from './cookies';
import { debugInfoSchema, debugTabSchema, tabQuerySchema } from './debug';
import { executionResultSchema } from './execution';
import { listQuerySchema, sessionListSchema } from './list';
import { networkLogsQuerySchema, networkLogsSchema } from './network-logs';
import { observationSchema, observeRequestSchema } from './observation';
import {
  profileCookiesSchema,
  profileCookiesSetSchema,
  profileDeletedSchema,
  profileListQuerySchema,
  profileListSchema,
  profileNameSchema,
  profileSchema,
} from './profiles';
import { replaySchema } from './replay';
import { routes } from './routes';
import { scrapedDataSchema, scrapeRequestSchema } from './scrape';
import { sessionResponseSchema, startRequestSchema } from './session';
import { fileListSchema, fileStoredSchema, fileUrlSchema } from './storage';
import { touchingQuerySchema } from './touching';
import { workflowCodeSchema, workflowQuerySchema } from './workflow-code';

/** One call. */
export interface Operation {
  /** Unique; what a generated client calls it. */
  id: string;
  method: 'get' | 'post' | 'delete';
  /** With parameters in braces, such as `/sessions/{session_id}`. */
  path: string;
  summary: string;
  /** True when it needs no key. */
  open?: boolean;
  /** True when it needs a session that runs: after its end the answer is 410. */
  running?: boolean;
  /** One field for each parameter of the query. */
  query?: z.ZodObject;
  /** The JSON body. */
  request?: z.ZodType;
  /** True when the body is a form with the field `file`. */
  multipart?: boolean;
  /** The JSON answer; or the media type of one that is no JSON. */
  response: z.ZodType | { mediaType: string };
  /** Statuses of failures beside those that follow from the rest. */
  failures?: readonly number[];
}

/** The body of every failure. Schemas describe the fields of 422. */
export const errorSchema = z.looseObject({
  status: z.int(),
  message: z.string(),
  code: z.string().optional(),
  detail: z
    .array(
      z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }),
    )
    .nullish(),
});

/** A start request and a scrape request in one. */
const scrapeUrlSchema = z.strictObject({
  ...startRequestSchema.shape,
  ...scrapeRequestSchema.shape,
  url: z.string(),
});

/** A path of `routes`, with its parameter's name in the place of an id. */
const of = (path: (id: string) => string): string => path('ID').replace('ID', '{session_id}');
const ofProfile = (path: (id: string) => string): string =>
  path('ID').replace('ID', '{profile_id}');
const UPLOAD = routes.upload('NAME').replace('NAME', '{filename}');
const DOWNLOAD = routes
  .download('ID', 'NAME')
  .replace('ID', '{session_id}')
  .replace('NAME', '{filename}');

/** The table. Another call is another entry. */
export const operations: readonly Operation[] = [
  {
    id: 'health',
    method: 'get',
    path: routes.health,
    summary: 'Whether the server is up',
    open: true,
    response: z.object({ status: z.string(), version: z.string(), description: z.string() }),
  },
  {
    id: 'startSession',
    method: 'post',
    path: routes.start,
    summary: 'Start a session',
    request: startRequestSchema,
    response: sessionResponseSchema,
    failures: [429, 503],
  },
  {
    id: 'listSessions',
    method: 'get',
    path: routes.sessions,
    summary: 'List sessions, newest first',
    query: listQuerySchema,
    response: sessionListSchema,
  },
  {
    id: 'getSession',
    method: 'get',
    path: of(routes.session),
    summary: 'Show a session',
    response: sessionResponseSchema,
  },
  {
    id: 'stopSession',
    method: 'delete',
    path: of(routes.stop),
    summary: 'Stop a session; fine for one that has ended too',
    response: sessionResponseSchema,
  },
  {
    id: 'stopSessionByPost',
    method: 'post',
    path: of(routes.stop),
    summary: 'Stop a session, for clients that cannot send DELETE',
    response: sessionResponseSchema,
  },
  {
    id: 'getCookies',
    method: 'get',
    path: of(routes.cookies),
    summary: "The cookies of the session's own context",
    running: true,
    query: touchingQuerySchema,
    response: cookiesSchema,
  },
  {
    id: 'setCookies',
    method: 'post',
    path: of(routes.cookies),
    summary: "Add cookies to the session's own context",
    running: true,
    query: touchingQuerySchema,
    request: cookiesSchema,
    response: cookiesSetSchema,
  },
  {
    id: 'getDebugInfo',
    method: 'get',
    path: of(routes.debug),
    summary: 'Where to look into the running session',
    running: true,
    query: touchingQuerySchema,
    response: debugInfoSchema,
  },
  {
    id: 'getDebugTab',
    method: 'get',
    path: of(routes.debugTab),
    summary: 'One tab of the running session',
    running: true,
    query: tabQuerySchema,
    response: debugTabSchema,
  },
  {
    id: 'getOffset',
    method: 'get',
    path: of(routes.offset),
    summary: 'How many steps the session has made',
    response: z.object({ offset: z.int() }),
  },
  {
    id: 'getReplay',
    method: 'get',
    path: of(routes.replay),
    summary: 'The recording of an ended session; 404 until it is ready',
    response: replaySchema,
  },
  {
    id: 'getNetworkLogs',
    method: 'get',
    path: of(routes.networkLogs),
    summary: "The requests of the session's pages, in batches",
    query: networkLogsQuerySchema,
    response: networkLogsSchema,
  },
  {
    id: 'getWorkflowCode',
    method: 'get',
    path: of(routes.workflowCode),
    summary: 'What was done in the session, as code',
    query: workflowQuerySchema,
    response: workflowCodeSchema,
  },
  {
    id: 'executeAction',
    method: 'post',
    path: of(routes.execute),
    summary: 'Do something on the current page; that it fails is a result',
    running: true,
    query: touchingQuerySchema,
    request: actionSchema,
    response: executionResultSchema,
    failures: [409],
  },
  {
    id: 'observePage',
    method: 'post',
    path: of(routes.observe),
    summary: 'What the current page shows, and what can be done on it',
    running: true,
    query: touchingQuerySchema,
    request: observeRequestSchema,
    response: observationSchema,
  },
  {
    id: 'scrapePage',
    method: 'post',
    path: of(routes.scrape),
    summary: 'The content of the current page as markdown',
    running: true,
    query: touchingQuerySchema,
    request: scrapeRequestSchema,
    response: scrapedDataSchema,
  },
  {
    id: 'takeScreenshot',
    method: 'post',
    path: of(routes.screenshot),
    summary: 'The visible part of the page',
    running: true,
    query: touchingQuerySchema,
    response: { mediaType: 'image/jpeg' },
  },
  {
    id: 'scrapeUrl',
    method: 'post',
    path: routes.scrapeUrl,
    summary: 'The content of a page as markdown, in a session that is started for it',
    request: scrapeUrlSchema,
    response: scrapedDataSchema,
    failures: [429, 503],
  },
  {
    id: 'createProfile',
    method: 'post',
    path: routes.createProfile,
    summary: 'Make a profile',
    request: profileNameSchema,
    response: profileSchema,
  },
  {
    id: 'listProfiles',
    method: 'get',
    path: routes.profiles,
    summary: 'List profiles, newest first',
    query: profileListQuerySchema,
    response: profileListSchema,
  },
  {
    id: 'getProfile',
    method: 'get',
    path: ofProfile(routes.profile),
    summary: 'Show a profile; 400 when it was deleted',
    response: profileSchema,
    failures: [400],
  },
  {
    id: 'deleteProfile',
    method: 'delete',
    path: ofProfile(routes.profile),
    summary: 'Delete a profile and its state',
    response: profileDeletedSchema,
    failures: [400],
  },
  {
    id: 'getProfileCookies',
    method: 'get',
    path: ofProfile(routes.profileCookies),
    summary: 'The cookies that sessions on the profile start with',
    response: cookiesSchema,
    failures: [400],
  },
  {
    id: 'setProfileCookies',
    method: 'post',
    path: ofProfile(routes.profileCookies),
    summary: 'Add to them, or replace them',
    request: profileCookiesSchema,
    response: profileCookiesSetSchema,
  },
  {
    id: 'duplicateProfile',
    method: 'post',
    path: ofProfile(routes.duplicateProfile),
    summary: 'Make a profile with the state of another',
    request: profileNameSchema,
    response: profileSchema,
  },
  {
    id: 'listUploads',
    method: 'get',
    path: routes.uploads,
    summary: "The account's files",
    response: fileListSchema,
  },
  {
    id: 'uploadFile',
    method: 'post',
    path: UPLOAD,
    summary: 'Store a file for actions to upload',
    multipart: true,
    response: fileStoredSchema,
  },
  {
    id: 'getUploadUrl',
    method: 'get',
    path: UPLOAD,
    summary: 'Where to fetch a file for a while',
    response: fileUrlSchema,
  },
  {
    id: 'listDownloads',
    method: 'get',
    path: of(routes.downloads),
    summary: 'Files that pages of the session have downloaded',
    response: fileListSchema,
  },
  {
    id: 'uploadDownload',
    method: 'post',
    path: DOWNLOAD,
    summary: 'Store a file among them',
    multipart: true,
    response: fileStoredSchema,
  },
  {
    id: 'getDownloadUrl',
    method: 'get',
    path: DOWNLOAD,
    summary: 'Where to fetch one for a while',
    response: fileUrlSchema,
  },
  {
    id: 'describeApi',
    method: 'get',
    path: routes.openapi,
    summary: 'This description',
    open: true,
    response: z.looseObject({ openapi: z.string() }),
  },
];
