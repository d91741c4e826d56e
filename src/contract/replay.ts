/** The replay of an ended session. */
import * as z from 'zod';

import { datetime } from './values';

/** Where the recording of an ended session is. */
export interface ReplayInfo {
  /** URL of the MP4 that needs no key, so keep it out of logs; `null` when there is none. */
  mp4Url: string | null;
  /** Text of an HLS playlist, if the API offers one. */
  playlistContent: string | null;
  /** When the URLs stop to work. */
  expiresAt: Date | null;
  /** Where in the session the video begins, in milliseconds after its start; `null` when the API does not say. */
  videoStart: number | null;
  /** Length of the video, in milliseconds; `null` when the API does not say. */
  videoDuration: number | null;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value || null);
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** The answer of the replay call. */
export const replaySchema = z
  .object({
    mp4_url: text,
    playlist_content: text,
    expires_at: datetime.nullish(),
    video_start_ms: number,
    video_duration_ms: number,
  })
  .transform((wire): ReplayInfo => ({
    mp4Url: wire.mp4_url,
    playlistContent: wire.playlist_content,
    expiresAt: wire.expires_at ?? null,
    videoStart: wire.video_start_ms,
    videoDuration: wire.video_duration_ms,
  }));

/** A replay as JSON. Clients rely on the time. */
export function encodeReplay(replay: ReplayInfo & { expiresAt: Date }) {
  return {
    mp4_url: replay.mp4Url,
    playlist_content: replay.playlistContent,
    expires_at: datetime.encode(replay.expiresAt),
    video_start_ms: replay.videoStart === null ? null : Math.round(replay.videoStart),
    video_duration_ms: replay.videoDuration === null ? null : Math.round(replay.videoDuration),
  };
}

/** What the API says in a 404 while the session still runs; clients look for these words. */
export const REPLAY_STILL_ACTIVE = 'still active';
