/** Films of ended sessions, made when first asked for: most recordings are never watched. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipEncoder } from '../recording/clip-encoder';
import type { LiveSession } from './session';

/** How long the encoder's browser is kept for the next film, in milliseconds. */
const ENCODER_IDLE_MS = 30_000;

/** The film of a session. */
export interface Film {
  /** The MP4 on disk. */
  path: string;
  /** When the film begins, in milliseconds after the session's start. */
  startMs: number;
  durationMs: number;
}

/** Makes films, one after the other, with one encoder that is started when needed. */
export class Replays {
  readonly #launchEncoder: () => Promise<ClipEncoder>;
  readonly #films = new WeakMap<LiveSession, Promise<Film | undefined>>();
  #queue: Promise<unknown> = Promise.resolve();
  #encoder: Promise<ClipEncoder> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launchEncoder: () => Promise<ClipEncoder>) {
    this.#launchEncoder = launchEncoder;
  }

  /** The film of an ended session; undefined when nothing was recorded. Made once; after a failure the next call tries again. */
  film(session: LiveSession): Promise<Film | undefined> {
    const known = this.#films.get(session);
    if (known) return known;
    const film = this.#queue.then(() => this.#make(session));
    this.#queue = film.catch(() => {});
    this.#films.set(session, film);
    film.catch(() => this.#films.delete(session));
    return film;
  }

  /** Ends the encoder's browser. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => {}); // it never came up
  }

  async #make(session: LiveSession): Promise<Film | undefined> {
    if (!session.recording.isOpen) return undefined;
    const { frames } = await session.recording.open();
    const createdMs = session.createdAt.getTime();
    const endMs = session.endedAt?.getTime() ?? Date.now();
    const first = frames.select(createdMs, endMs)[0];
    if (!first) return undefined;
    const fromMs = Math.max(createdMs, first.atMs);
    const mp4 = await this.#encode({ store: frames, fromMs, toMs: endMs });
    const path = join(session.folder.recording, 'replay.mp4');
    await writeFile(path, mp4, { mode: 0o600 });
    return { path, startMs: fromMs - createdMs, durationMs: endMs - fromMs };
  }

  async #encode(job: Parameters<ClipEncoder['encode']>[0]): Promise<Buffer> {
    clearTimeout(this.#idle);
    this.#encoder ??= this.#launchEncoder();
    try {
      return await (await this.#encoder).encode(job);
    } catch (error) {
      await this.close(); // a new one for the next film
      throw error;
    } finally {
      this.#idle = setTimeout(() => void this.close(), ENCODER_IDLE_MS).unref();
    }
  }
}
