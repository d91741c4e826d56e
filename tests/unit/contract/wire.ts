/** A session with every field set, and readers and writers of the answers. */
import * as z from 'zod';
import { cookiesAnswerSchema } from '../../../src/contract/cookies';
import { debugInfoSchema, type DebugInfo } from '../../../src/contract/debug';
import { executionResultSchema } from '../../../src/contract/execution';
import { sessionListSchema, type SessionList } from '../../../src/contract/list';
import { networkLogsSchema } from '../../../src/contract/network-logs';
import { observationSchema } from '../../../src/contract/observation';
import {
  profileCookiesSetSchema,
  profileDeletedSchema,
  profileListSchema,
  profileSchema,
} from '../../../src/contract/profiles';
import { replaySchema, type ReplayInfo } from '../../../src/contract/replay';
import { scrapedDataSchema } from '../../../src/contract/scrape';
import { sessionSchema, type SessionInfo } from '../../../src/contract/session';
import { fileListSchema } from '../../../src/contract/storage';
import { workflowCodeSchema } from '../../../src/contract/workflow-code';

export const fullSession: SessionInfo = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  status: 'closed',
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  closedAt: new Date('2026-01-02T03:05:08.178Z'),
  lastAccessedAt: new Date('2026-01-02T03:05:00Z'),
  duration: 62_500,
  idleTimeout: 180_000,
  maxDuration: 900_000,
  steps: [{ type: 'observation', value: { a: 1 } }],
  error: 'crashed',
  proxies: true,
  channel: 'chrome',
  useFileStorage: true,
  networkRequestBytes: 10,
  networkResponseBytes: 20,
  userAgent: 'UA',
  viewport: { width: 1280, height: 720 },
  headless: false,
  solveCaptchas: true,
  cdpUrl: 'ws://cdp',
  playwrightUrl: 'ws://playwright',
  playwrightVersion: '1.65.1',
  downloadsPath: '/data/downloads',
  viewerUrl: 'http://viewer?token=1',
  webBotAuth: true,
  authIds: ['a'],
  systemHidden: true,
  idempotencyKey: 'key-1',
};

export const decodeList = (body: unknown): SessionList => sessionListSchema.parse(body);
export const decodeDebug = (body: unknown): DebugInfo => debugInfoSchema.parse(body);
export const decodeReplay = (body: unknown): ReplayInfo => replaySchema.parse(body);
export const decodeSession = (body: unknown): SessionInfo => sessionSchema.parse(body);

/** What a schema writes, as it arrives: as JSON. */
const writer =
  <T, W>(schema: z.ZodType<T, W>) =>
  (value: T): W =>
    JSON.parse(JSON.stringify(z.encode(schema, value))) as W;

export const encodeSession = writer(sessionSchema);
export const encodeDebugInfo = writer(debugInfoSchema);
export const encodeExecutionResult = writer(executionResultSchema);
export const encodeSessionList = writer(sessionListSchema);
export const encodeNetworkLogs = writer(networkLogsSchema);
export const encodeObservation = writer(observationSchema);
export const encodeProfile = writer(profileSchema);
export const encodeProfileList = writer(profileListSchema);
export const encodeProfileCookiesSet = writer(profileCookiesSetSchema);
export const encodeProfileDeleted = writer(profileDeletedSchema);
export const encodeReplay = writer(replaySchema);
export const encodeScrapedData = writer(scrapedDataSchema);
export const encodeFileList = writer(fileListSchema);
export const encodeWorkflowCode = writer(workflowCodeSchema);
export const encodeCookies = writer(cookiesAnswerSchema);
