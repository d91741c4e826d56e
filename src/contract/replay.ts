/** The replay of an ended session. */
import * as z from 'zod';

import { datetime } from './values';
import { leftOut, wireObject } from './wire';

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

/** Clients take an empty text for no URL. */
const text = z.codec(z.string().nullish(), z.custom<string | null>(), {
  decode: (value) => value || null,
  encode: (value) => value,
}) as z.ZodType<string | null, string | null>;
const milliseconds = z.codec(z.number().nullish(), z.custom<number | null>(), {
  decode: (value) => value ?? null,
  encode: (value) => value && Math.round(value),
}) as z.ZodType<number | null, number | null>;

/** The answer of the replay call. Clients rely on the time. */
export const replaySchema = wireObject<ReplayInfo>()(
  {
    mp4_url: text,
    playlist_content: text,
    expires_at: leftOut(datetime),
    video_start_ms: milliseconds,
    video_duration_ms: milliseconds,
  },
  { videoStart: 'video_start_ms', videoDuration: 'video_duration_ms' },
);

/** What the API says in a 404 while the session still runs; clients look for these words. */
export const REPLAY_STILL_ACTIVE = 'still active';
