/** A provider as a source of browsers: starts them, connects to them over CDP, and ends all of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { orAfter, settledWithin, unlessAborted } from '../../base/deadline';
import { logOf, since } from '../../base/log';
import { Pending } from '../../base/pending';
import { countText } from '../../base/texts';
import { isSessionwrightError, SessionwrightError } from '../../contract/errors';
import { tooMany } from '../../contract/refusals';
import { connectExternal } from '../browser-connection';
import type {
  BrowserLedger,
  RemoteBrowser,
  RemoteBrowserRequest,
  RemoteBrowsers,
} from '../remote-browsers';
import { CheckedProvider, type ProviderModule } from './checked-provider';
import type { BrowserRequest, ProvidedBrowser } from './types';

const log = logOf('browser');

/** How often a start is tried. */
const TRIES = 3;
/** Pause between two tries, in milliseconds. */
const RETRY_MS = 500;
/** How long one try may take, in milliseconds: clouds take seconds. Three fit into the default `startTimeout`. */
const START_MS = 35_000;
/** How long connecting, and the first answer of the browser, may take, in milliseconds each. */
const CONNECT_MS = 10_000;
/** How long a start that was given up may take to return a browser, in milliseconds, before `list` is asked for it. */
const LATE_START_MS = 6_000;
/** How long one call of `stop` or `list` may take, in milliseconds. */
const CALL_MS = 10_000;
/** How long to try to end a browser, in milliseconds, and the first pause between two tries; it doubles. */
const END_MS = 30_000;
/** How long to wait for the end of browsers at the end of the run, in milliseconds; it goes on in the background. */
const CLOSE_MS = 15_000;

/** How a provider is used. */
export interface ProviderSettings extends ProviderModule {
  ledger?: BrowserLedger | undefined;
  /** Called if a browser could not be stopped. */
  onLeft?: ((message: string) => void) | undefined;
  /** @internal How long one try of a start may take, in milliseconds; shorter in tests. @default 35000 */
  startMs?: number | undefined;
}

/** A start: its mark, and the browser once it is known. */
interface Start {
  mark: string;
  browserId?: string;
}

/** The browsers of one provider. */
export class ProviderBrowsers implements RemoteBrowsers {
  readonly kind = 'provider';
  readonly #provider: CheckedProvider;
  readonly #settings: ProviderSettings;
  /** Work in the background: browsers that end. */
  readonly #ending = new Pending();
  readonly #starting = new Set<Start>();

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
    this.#provider = new CheckedProvider(settings);
  }

  get title(): string {
    return this.#provider.title;
  }

  get whyEnded(): string {
    return `The browser of ${this.title} ended by itself, or the connection to it was lost.`;
  }

  /**
   * Starts a browser, and connects to it. Tries again if that fails.
   * @throws {@link RateLimitError} if the provider has no capacity; {@link SessionwrightError} `provider_unusable` for an answer that is of no
   * use, `provider_failed` after the last try; the signal's reason if it is aborted
   */
  async open(request: RemoteBrowserRequest, signal: AbortSignal): Promise<RemoteBrowser> {
    const startedMs = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        const browser = await this.#openOnce(request, signal);
        log('provider %s: a browser after %s', this.#provider.name, since(startedMs));
        return browser;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        this.#refuse(error, tries);
        await unlessAborted(delay(RETRY_MS * tries), signal);
      }
    }
  }

  async waitingFor(): Promise<string | undefined> {
    return this.#starting.size === 0 ? undefined : `${this.title} is starting a browser`;
  }

  async close(): Promise<void> {
    await settledWithin(this.#ending.settled(), CLOSE_MS);
  }

  /** @throws unless another try may help */
  #refuse(error: unknown, tries: number): void {
    if (isSessionwrightError(error, 'provider_unusable')) throw error;
    const text = this.#provider.textOf(error);
    const { retryAfterMs } = error as { retryAfterMs?: unknown };
    if (typeof retryAfterMs === 'number')
      throw tooMany(`${this.title} has no browser now: ${text}.`, Math.max(0, retryAfterMs));
    if (tries < TRIES) return;
    throw new SessionwrightError(
      `${sentence(this.title)} could not start a browser (tried ${countText(tries, 'time')}): ${text}.`,
      { code: 'provider_failed' },
    );
  }

  async #openOnce(request: RemoteBrowserRequest, signal: AbortSignal): Promise<RemoteBrowser> {
    const start: Start = { mark: randomUUID() };
    const entry = {
      sessionId: start.mark,
      apiUrl: this.#provider.name,
      kind: 'provider',
      startedAt: Date.now(),
      endsBy: Date.now() + request.maxDurationMs,
      module: this.#settings.module,
      optionsHash: this.#settings.optionsHash,
    } as const;
    await this.#settings.ledger?.started(entry);
    this.#starting.add(start);
    try {
      const browser = await this.#start(start, request, signal);
      await this.#settings.ledger?.started({ ...entry, browserId: browser.id });
      return await this.#connect(start, browser);
    } catch (error) {
      if (start.browserId !== undefined) this.#ending.background(this.#end(start));
      throw error;
    } finally {
      this.#starting.delete(start);
    }
  }

  async #start(
    start: Start,
    { headless, windowSize, maxDurationMs }: RemoteBrowserRequest,
    leaving: AbortSignal,
  ): Promise<ProvidedBrowser> {
    const { startMs = START_MS } = this.#settings;
    const tooLong = new AbortController();
    const timer = setTimeout(
      () => tooLong.abort(new Error(`start() did not return within ${startMs / 1000} s`)),
      startMs,
    );
    const signal = AbortSignal.any([leaving, tooLong.signal]);
    const request: BrowserRequest = {
      mark: start.mark,
      headless,
      viewport: windowSize ?? null,
      maxDurationMs,
    };
    const starting = this.#provider.start(request, signal, (id) => (start.browserId = id));
    try {
      return await unlessAborted(starting, signal);
    } catch (error) {
      if (start.browserId === undefined) this.#ending.background(this.#endLate(start, starting));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(start: Start, { cdpUrl, headers = {} }: ProvidedBrowser): Promise<RemoteBrowser> {
    const browser = await connectExternal(cdpUrl, {
      timeoutMs: CONNECT_MS,
      headers: { ...headers },
    });
    let ending: Promise<void> | undefined;
    const end = async (): Promise<void> => this.#ending.track((ending ??= this.#end(start)));
    void browser.exited.then(async () => end().catch(() => undefined));
    return {
      ...browser,
      cdpHeaders: {},
      close: async () => {
        await browser.close();
        await settledWithin(end(), CLOSE_MS);
      },
    };
  }

  /** Ends a browser, and its entry in the ledger. Tries again for a while; then the entry stays. */
  async #end({ mark, browserId = '' }: Start): Promise<void> {
    const { ledger, onLeft } = this.#settings;
    const deadline = performance.now() + END_MS;
    for (let pauseMs = RETRY_MS; ; pauseMs *= 2) {
      const failure = await endBrowser(this.#provider, browserId);
      if (failure === undefined) {
        log('provider %s: browser %s ended', this.#provider.name, browserId);
        await ledger?.stopped(mark);
        return;
      }
      if (performance.now() + pauseMs > deadline) {
        onLeft?.(
          `${sentence(this.title)} did not stop the browser ${browserId}: ${failure}. Call "npx sessionwright reap", or stop it there.`,
        );
        return;
      }
      await delay(pauseMs, undefined, { ref: false });
    }
  }

  /** Ends the browser of a start that was given up, if it appears. */
  async #endLate(start: Start, starting: Promise<ProvidedBrowser>): Promise<void> {
    const outcome = starting.then(
      () => 'started' as const,
      () => 'failed' as const,
    );
    const known = await orAfter(outcome, LATE_START_MS, 'pending');
    if (start.browserId !== undefined) return this.#end(start);
    const found = await this.#find(start.mark);
    if (found !== undefined) return this.#end({ ...start, browserId: found });
    if (known === 'failed') return this.#settings.ledger?.stopped(start.mark);
    void outcome.then(
      () => start.browserId !== undefined && this.#ending.background(this.#end(start)),
    ); // the entry stays until then
  }

  async #find(mark: string): Promise<string | undefined> {
    const list = await this.#provider.list(AbortSignal.timeout(CALL_MS)).catch(() => []);
    return list.find((it) => it.mark === mark)?.id;
  }
}

/** Ends a browser. Returns why it may still run; undefined if it does not. Never rejects. */
export async function endBrowser(
  provider: CheckedProvider,
  browserId: string,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(CALL_MS);
  try {
    await provider.stop(browserId, signal);
    return undefined;
  } catch (error) {
    if (!provider.canList) return provider.textOf(error);
    const list = await provider.list(AbortSignal.timeout(CALL_MS)).catch(() => undefined);
    return list?.some(({ id }) => id === browserId) === false ? undefined : provider.textOf(error);
  }
}

function sentence(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
