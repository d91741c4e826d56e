/** Calls to the server of the page. The key, or the pass for the wall, is kept for this tab only. */
import type { ViewedClip, ViewedStory, Wall } from '../contract/viewer';
import type { Start } from './start';
import { tabStorage } from './tab-storage';
import { lastView } from './wall/view';

const KEY_NAME = 'sessionwright-key';
const PASS_NAME = 'sessionwright-wall-pass';

/** A failed call. */
export class CallError extends Error {
  /** HTTP status; 0 without a response. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }

  /** True if the server refused the key, token or pass. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

interface CallOptions {
  method?: string;
  /** Permission in addition to the key. @default that of the link */
  token?: string | null;
  /** @default the key of this tab */
  key?: string | null;
  body?: object;
}

export class Api {
  readonly #start: Start;
  /** Works once; null after it was exchanged for a pass. */
  #ticket: string | null;
  #redeeming: Promise<string> | undefined;

  constructor(start: Start) {
    this.#start = start;
    this.#ticket = start.ticket;
    void this.#pass().catch(() => undefined); // at once, because a ticket expires soon; the wall reports a failure
  }

  get hasKey(): boolean {
    return this.#key !== null;
  }

  /** Whether the link opens the wall without the key. */
  get hasPass(): boolean {
    const kept = this.#start.token ?? this.#ticket ?? tabStorage.getItem(PASS_NAME);
    return kept !== null;
  }

  /** Whether a session's page links back to the wall. */
  get mayGoToWall(): boolean {
    return this.hasKey || tabStorage.getItem(PASS_NAME) !== null;
  }

  /** Keeps the key for this tab, instead of a pass; null forgets it. */
  setKey(key: string | null): void {
    tabStorage.removeItem(PASS_NAME);
    this.#ticket = null;
    if (key === null) tabStorage.removeItem(KEY_NAME);
    else tabStorage.setItem(KEY_NAME, key);
  }

  /** The wall with the last filters of this tab. */
  get wallPath(): string {
    return `${this.#start.basePath}/${lastView()}`;
  }

  /** The sessions of the server. */
  async wall(): Promise<Wall> {
    const key = this.#key ?? (await this.#pass());
    const response = await this.#call('/viewer/sessions', { key });
    if (this.#start.token !== null) tabStorage.setItem(PASS_NAME, this.#start.token); // the way back from a session
    return response.json() as Promise<Wall>;
  }

  /** The content of the session's page. @param typed - a key to try, which is kept if it works */
  async story(typed?: string): Promise<ViewedStory> {
    const response = await this.#tryKey(typed, `${this.#ofSession()}/viewer/story`);
    return response.json() as Promise<ViewedStory>;
  }

  /**
   * Path and query of the clip of a test; resolves when it is ready. They work for an hour.
   * @param position - among the tests of the session, from 0
   */
  async clipPath(position: number): Promise<string> {
    for (;;) {
      const response = await this.#call(`${this.#ofSession()}/viewer/tests/${position}/clip`);
      const clip = (await response.json()) as ViewedClip;
      if (clip.state === 'ready') return clip.path; // while it is pending, the server delays its response
    }
  }

  /** Permission for mouse and keyboard, which needs the key. @param typed - as in {@link Api.story} */
  async driveToken(typed?: string): Promise<string> {
    const response = await this.#tryKey(typed, this.#ofSession(), { token: null });
    const session = (await response.json()) as { cdp_url: string | null };
    return session.cdp_url === null
      ? ''
      : (new URL(session.cdp_url).searchParams.get('token') ?? '');
  }

  /** Ends the session of this page. Needs the key. */
  async stop(): Promise<void> {
    await this.#call(`${this.#ofSession()}/stop`, { method: 'DELETE', token: null });
  }

  /** URL of the live socket. */
  liveUrl(token: string, options: { drive?: string | undefined }): string {
    const query = new URLSearchParams({ token });
    if (options.drive !== undefined) query.set('drive', options.drive);
    return socketUrl(`${this.#start.basePath}${this.#ofSession()}/viewer/live?${query.toString()}`);
  }

  /** Permission to watch: that of the link, or one for the key. */
  async watchToken(): Promise<string> {
    const { token } = this.#start;
    if (token !== null) return token;
    const session = (await (await this.#call(this.#ofSession())).json()) as {
      viewer_url: string | null;
    };
    return session.viewer_url === null
      ? ''
      : (new URL(session.viewer_url).searchParams.get('token') ?? '');
  }

  /** The pass that opens the wall without the key. */
  async #pass(): Promise<string | null> {
    if (this.#ticket === null) return tabStorage.getItem(PASS_NAME);
    this.#redeeming ??= this.#redeem(this.#ticket).finally(() => (this.#redeeming = undefined));
    return this.#redeeming;
  }

  async #redeem(ticket: string): Promise<string> {
    const body = { ticket };
    const response = await this.#call('/viewer/passes', { method: 'POST', token: null, body });
    const { pass } = (await response.json()) as { pass: string };
    tabStorage.setItem(PASS_NAME, pass);
    this.#ticket = null;
    return pass;
  }

  /** A typed key replaces the one of this tab only if it works. */
  async #tryKey(typed: string | undefined, path: string, options?: CallOptions): Promise<Response> {
    if (typed === undefined) return this.#call(path, options);
    const response = await this.#call(path, { ...options, key: typed });
    this.setKey(typed);
    return response;
  }

  #ofSession(): string {
    return `/sessions/${encodeURIComponent(this.#start.sessionId ?? '')}`;
  }

  get #key(): string | null {
    return tabStorage.getItem(KEY_NAME);
  }

  async #call(
    path: string,
    { method = 'GET', token = this.#start.token, key = this.#key, body }: CallOptions = {},
  ): Promise<Response> {
    const query = token === null ? '' : `?token=${encodeURIComponent(token)}`;
    const response = await fetch(`${this.#start.basePath}${path}${query}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CallError(String(error), 0);
    });
    if (!response.ok) throw await failure(response);
    return response;
  }
}

/** URL of the thumbnails of a session, by the path of its page. */
export function thumbnailUrl(viewerPath: string): string {
  return socketUrl(`${below(viewerPath, 'live')}&size=small`);
}

/**
 * The last recorded picture of a session, by the path of its page.
 * @throws {@link CallError} when there is none
 */
export async function fetchPoster(viewerPath: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(below(viewerPath, 'poster.jpg'), { signal });
  if (!response.ok) throw await failure(response);
  return response.blob();
}

/** A URL below that of a page, with the same query. */
function below(viewerPath: string, name: string): string {
  const [path = '', query = ''] = viewerPath.split('?');
  return `${path}/${name}?${query}`;
}

function socketUrl(path: string): string {
  return location.origin.replace(/^http/, 'ws') + path;
}

async function failure(response: Response): Promise<CallError> {
  const body = (await response.json().catch(() => ({}))) as { message?: string };
  return new CallError(body.message ?? response.statusText, response.status);
}
