/** Calls that start, show, list and stop sessions, and calls that report what a session did. */
import * as z from 'zod';

import { encodeListQuery, decodeListQuery, listQuerySchema, sessionListSchema } from '../list';
import {
  decodeNetworkLogsQuery,
  encodeNetworkLogsQuery,
  networkLogsQuerySchema,
  networkLogsSchema,
} from '../network-logs';
import { replaySchema } from '../replay';
import {
  decodeStartRequest,
  encodeStartRequest,
  sessionSchema,
  startRequestSchema,
} from '../session';
import {
  decodeTestNotes,
  encodeTestNotes,
  testNotesSchema,
  testNotesTakenSchema,
} from '../test-notes';
import {
  decodeWorkflowQuery,
  encodeWorkflowQuery,
  workflowCodeSchema,
  workflowQuerySchema,
} from '../workflow-code';
import type { Operation } from './operation';

export const sessionOperations = {
  startSession: {
    method: 'POST',
    path: '/sessions/start',
    summary: 'Start a session',
    request: { schema: startRequestSchema, decode: decodeStartRequest, encode: encodeStartRequest },
    response: sessionSchema,
    failures: [429, 503],
  },
  listSessions: {
    method: 'GET',
    path: '/sessions',
    summary: 'List sessions, newest first',
    query: { schema: listQuerySchema, decode: decodeListQuery, encode: encodeListQuery },
    response: sessionListSchema,
  },
  getSession: {
    method: 'GET',
    path: '/sessions/{session_id}',
    summary: 'Show a session',
    response: sessionSchema,
  },
  stopSession: {
    method: 'DELETE',
    path: '/sessions/{session_id}/stop',
    summary: 'Stop a session; fine for one that has ended too',
    response: sessionSchema,
  },
  stopSessionByPost: {
    method: 'POST',
    path: '/sessions/{session_id}/stop',
    summary: 'Stop a session, for clients that cannot send DELETE',
    repeatable: true,
    response: sessionSchema,
  },
  getOffset: {
    method: 'GET',
    path: '/sessions/{session_id}/offset',
    summary: 'How many steps the session has made',
    response: z.object({ offset: z.int() }),
  },
  getReplay: {
    method: 'GET',
    path: '/sessions/{session_id}/replay',
    summary: 'The recording of an ended session; 404 until it is ready',
    response: replaySchema,
  },
  getNetworkLogs: {
    method: 'GET',
    path: '/sessions/{session_id}/network/logs',
    summary: "The requests of the session's pages, in batches",
    query: {
      schema: networkLogsQuerySchema,
      decode: decodeNetworkLogsQuery,
      encode: encodeNetworkLogsQuery,
    },
    response: networkLogsSchema,
  },
  getWorkflowCode: {
    method: 'GET',
    path: '/sessions/{session_id}/workflow/code',
    summary: 'What was done in the session, as code',
    query: {
      schema: workflowQuerySchema,
      decode: decodeWorkflowQuery,
      encode: encodeWorkflowQuery,
    },
    response: workflowCodeSchema,
  },
  noteTests: {
    method: 'POST',
    path: '/sessions/{session_id}/viewer/notes',
    summary: 'Tell the viewer which test runs in the session, and its steps; not in the cloud',
    running: true,
    request: { schema: testNotesSchema, decode: decodeTestNotes, encode: encodeTestNotes },
    response: testNotesTakenSchema,
  },
  openWall: {
    method: 'POST',
    path: '/viewer/tickets',
    summary: 'A link that opens the page of all sessions once, without the key; not in the cloud',
    repeatable: true,
    response: z.object({ url: z.string() }),
  },
} as const satisfies Record<string, Operation>;
