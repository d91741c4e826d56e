/** Calls that start, show, list and stop sessions, and those that tell what a session did. */
import * as z from 'zod';

import {
  encodeListQuery,
  decodeListQuery,
  listQuerySchema,
  encodeSessionList,
  sessionListSchema,
} from '../list';
import {
  decodeNetworkLogsQuery,
  encodeNetworkLogs,
  encodeNetworkLogsQuery,
  networkLogsQuerySchema,
  networkLogsSchema,
} from '../network-logs';
import { encodeReplay, replaySchema } from '../replay';
import {
  decodeStartRequest,
  encodeSession,
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
  encodeWorkflowCode,
  encodeWorkflowQuery,
  workflowCodeSchema,
  workflowQuerySchema,
} from '../workflow-code';
import type { Operation } from './operation';

const session = { schema: sessionSchema, encode: encodeSession };

export const sessionOperations = {
  startSession: {
    method: 'POST',
    path: '/sessions/start',
    summary: 'Start a session',
    request: { schema: startRequestSchema, decode: decodeStartRequest, encode: encodeStartRequest },
    response: session,
    failures: [429, 503],
  },
  listSessions: {
    method: 'GET',
    path: '/sessions',
    summary: 'List sessions, newest first',
    query: { schema: listQuerySchema, decode: decodeListQuery, encode: encodeListQuery },
    response: { schema: sessionListSchema, encode: encodeSessionList },
  },
  getSession: {
    method: 'GET',
    path: '/sessions/{session_id}',
    summary: 'Show a session',
    response: session,
  },
  stopSession: {
    method: 'DELETE',
    path: '/sessions/{session_id}/stop',
    summary: 'Stop a session; fine for one that has ended too',
    response: session,
  },
  stopSessionByPost: {
    method: 'POST',
    path: '/sessions/{session_id}/stop',
    summary: 'Stop a session, for clients that cannot send DELETE',
    repeatable: true,
    response: session,
  },
  getOffset: {
    method: 'GET',
    path: '/sessions/{session_id}/offset',
    summary: 'How many steps the session has made',
    response: {
      schema: z.object({ offset: z.int() }),
      encode: (result: { offset: number }) => result,
    },
  },
  getReplay: {
    method: 'GET',
    path: '/sessions/{session_id}/replay',
    summary: 'The recording of an ended session; 404 until it is ready',
    response: { schema: replaySchema, encode: encodeReplay },
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
    response: { schema: networkLogsSchema, encode: encodeNetworkLogs },
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
    response: { schema: workflowCodeSchema, encode: encodeWorkflowCode },
  },
  noteTests: {
    method: 'POST',
    path: '/sessions/{session_id}/viewer/notes',
    summary: 'Tell the viewer which test runs in the session, and its steps; not in the cloud',
    running: true,
    request: { schema: testNotesSchema, decode: decodeTestNotes, encode: encodeTestNotes },
    response: { schema: testNotesTakenSchema, encode: (result: { taken: number }) => result },
  },
  openWall: {
    method: 'POST',
    path: '/viewer/tickets',
    summary: 'A link that opens the page of all sessions once, without the key; not in the cloud',
    repeatable: true,
    response: {
      schema: z.object({ url: z.string() }),
      encode: (result: { url: string }) => result,
    },
  },
} as const satisfies Record<string, Operation>;
