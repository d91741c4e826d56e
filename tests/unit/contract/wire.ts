/** A session with every field set, and readers of the answers whose schemas have no function of their own. */
import { debugInfoSchema, type DebugInfo } from '../../../src/contract/debug';
import { sessionListSchema, type SessionList } from '../../../src/contract/list';
import { replaySchema, type ReplayInfo } from '../../../src/contract/replay';
import {
  sessionResponseSchema,
  toSessionInfo,
  type SessionInfo,
} from '../../../src/contract/session';

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
export const decodeSession = (body: unknown): SessionInfo =>
  toSessionInfo(sessionResponseSchema.parse(body));
