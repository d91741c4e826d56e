/** The replay of an ended session: waits until it is rendered, and downloads it. */
import { setTimeout as delay } from 'node:timers/promises';

import * as z from 'zod';

import { checkOptions } from '../contract/checks';
import { ApiError, NotFoundError, TimeoutError } from '../contract/errors';
import { REPLAY_STILL_ACTIVE, type ReplayInfo } from '../contract/replay';
import { downloadFile } from './download';
import type { HttpClient } from './http';

/** Options of `replay()`. */
export interface ReplayOptions {
  /** Whether to wait until the replay is rendered. @default true */
  wait?: boolean | undefined;
  /** Timeout of the wait, in milliseconds. @default 240000 */
  timeout?: number | undefined;
  /** Maximum time between two requests, in milliseconds. The first ones are sent sooner. @default 5000 */
  interval?: number | undefined;
}

/** A timeout; `Infinity`, which zod's numbers refuse, means no limit. */
const milliseconds = z.custom<number>((value) => typeof value === 'number' && value >= 0, {
  error: 'Invalid input: expected a number of milliseconds, 0 or more',
});

const optionsSchema = z.strictObject({
  wait: z.boolean().optional(),
  timeout: milliseconds.optional(),
  interval: milliseconds.optional(),
});

/** Timeout and interval of the cloud's client, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 240_000;
const DEFAULT_INTERVAL_MS = 5_000;
/** Wait before the second request, in milliseconds: about what a server on this machine needs. */
const FIRST_INTERVAL_MS = 250;

/** The replay of an ended session. */
export class Replay implements ReplayInfo {
  /** Id of its session. */
  readonly sessionId: string;
  readonly mp4Url: string | null;
  readonly playlistContent: string | null;
  readonly viewerUrl: string | null;
  readonly expiresAt: Date | null;
  /** Start of the video, in milliseconds after the start of the session; `null` if the API omits it. */
  readonly videoStart: number | null;
  /** Length of the video, in milliseconds; `null` if the API omits it. */
  readonly videoDuration: number | null;
  readonly #http: HttpClient;

  /** @internal Called by the client. */
  constructor(sessionId: string, info: ReplayInfo, http: HttpClient) {
    this.sessionId = sessionId;
    this.mp4Url = info.mp4Url;
    this.playlistContent = info.playlistContent;
    this.viewerUrl = info.viewerUrl;
    this.expiresAt = info.expiresAt;
    this.videoStart = info.videoStart;
    this.videoDuration = info.videoDuration;
    this.#http = http;
  }

  /**
   * Saves the MP4 to a file, and creates its folder if necessary. The file appears when it is complete.
   * @throws {@link ApiError} if the API has no MP4 or refuses it; {@link SessionwrightError} `replay_not_saved` if the download breaks or the file cannot be written
   */
  async save(path: string): Promise<void> {
    const source = {
      purpose: `save the replay of session ${this.sessionId}`,
      url: this.mp4Url,
      what: 'MP4',
      again: 'ask for the replay again',
    };
    await downloadFile(this.#http, source, { to: path, force: true, code: 'replay_not_saved' });
  }
}

/**
 * Requests a replay until it is rendered.
 * @throws {@link ApiError} `session_active` if the session is active; {@link TimeoutError} if it is not ready in time
 */
export async function fetchReplay(
  sessionId: string,
  http: HttpClient,
  options: ReplayOptions = {},
): Promise<Replay> {
  checkOptions('Cannot get a replay with these options', optionsSchema, options);
  const {
    wait = true,
    timeout: timeoutMs = DEFAULT_TIMEOUT_MS,
    interval: intervalMs = DEFAULT_INTERVAL_MS,
  } = options;
  const deadlineMs = performance.now() + timeoutMs;
  for (
    let pauseMs = Math.min(FIRST_INTERVAL_MS, intervalMs);
    ;
    pauseMs = Math.min(pauseMs * 2, intervalMs)
  ) {
    try {
      const info = await http.call('getReplay', {
        purpose: `get the replay of session ${sessionId}`,
        params: { sessionId },
      });
      return new Replay(sessionId, info, http);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      if (isStillActive(error)) throw stillActive(sessionId, error);
      if (!wait || (await isUnknown(sessionId, http))) throw error;
      if (performance.now() + pauseMs > deadlineMs)
        throw new TimeoutError(
          `The replay of session ${sessionId} was not ready within ${timeoutMs} ms. Ask again later, or allow more time.`,
          { timeoutMs, cause: error },
        );
    }
    await delay(pauseMs);
  }
}

function isStillActive(error: NotFoundError): boolean {
  return JSON.stringify(error.body ?? '').includes(REPLAY_STILL_ACTIVE);
}

function stillActive(sessionId: string, { method, path, status, body }: NotFoundError): ApiError {
  const message = `Could not get the replay of session ${sessionId}: the session is still active. Stop it first.`;
  return new ApiError(message, {
    code: 'session_active',
    method,
    path,
    body,
    ...(status !== undefined && { status }),
  });
}

/** A 404 may also mean that the session does not exist; then waiting is useless. */
async function isUnknown(sessionId: string, http: HttpClient): Promise<boolean> {
  try {
    await http.send('getSession', {
      purpose: `look up session ${sessionId}`,
      params: { sessionId },
    });
    return false;
  } catch (error) {
    return error instanceof NotFoundError;
  }
}
