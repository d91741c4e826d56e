/** The replay of an ended session. */
import * as z from 'zod';

import { datetime } from './values';
import { leftOut, wireObject } from './wire';

/** URLs of the replay of an ended session. */
export interface ReplayInfo {
  /** URL of the MP4; `null` if there is none. It needs no key: keep it out of logs. */
  mp4Url: string | null;
  /** HLS playlist, if the API has one. */
  playlistContent: string | null;
  /** The page that shows the replay and its tests; `null` in the cloud. It needs no key: keep it out of logs. */
  viewerUrl: string | null;
  /** Expiry of the URLs. */
  expiresAt: Date | null;
  /** Start of the video, in milliseconds after the start of the session; `null` if the API omits it. */
  videoStart: number | null;
  /** Length of the video, in milliseconds; `null` if the API omits it. */
  videoDuration: number | null;
}

/** For clients, an empty string means no URL. */
const text = z.codec(z.string().nullish(), z.custom<string | null>(), {
  decode: (value) => value || null,
  encode: (value) => value,
}) as z.ZodType<string | null, string | null>;
const milliseconds = z.codec(z.number().nullish(), z.custom<number | null>(), {
  decode: (value) => value ?? null,
  encode: (value) => value && Math.round(value),
}) as z.ZodType<number | null, number | null>;

/** Answer of the replay call. Clients need the time. */
export const replaySchema = wireObject<ReplayInfo>()(
  {
    mp4_url: text,
    playlist_content: text,
    viewer_url: text,
    expires_at: leftOut(datetime),
    video_start_ms: milliseconds,
    video_duration_ms: milliseconds,
  },
  { videoStart: 'video_start_ms', videoDuration: 'video_duration_ms' },
);

/** Message of the 404 for an active session; clients search for these words. */
export const REPLAY_STILL_ACTIVE = 'still active';
