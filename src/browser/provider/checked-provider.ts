/** Calls to a provider: their results are checked, and their failures put into words without secrets. */
import { unlessAborted } from '../../base/deadline';
import { keptText } from '../../base/foreign-text';
import { isRecord } from '../../base/json';
import { messageOf } from '../../base/errors';
import { headerWithoutSecrets, isSecretName, REDACTED } from '../../base/redaction';
import { SessionwrightError } from '../../contract/errors';
import { environment } from '../../options/environment';
import type { BrowserProvider, BrowserRequest, ListedBrowser, ProvidedBrowser } from './types';

/** Longest part of a provider's message in ours, in bytes. */
const MAX_QUOTE_BYTES = 500;
/** Shorter values may occur in a message by chance, in characters. */
const MIN_SECRET_LENGTH = 6;

/** A provider, and the options that its module got. */
export interface ProviderModule {
  provider: BrowserProvider;
  /** The path or the package of its module, for `reap`. */
  module?: string | undefined;
  /** Identifies the options of its module, if there are any. */
  optionsHash?: string | undefined;
  /** The options of its module. Values with the names of secrets are taken out of messages. */
  options?: Readonly<Record<string, unknown>> | undefined;
}

/** A provider whose answers are checked. */
export class CheckedProvider {
  readonly name: string;
  readonly canStop: boolean;
  readonly canList: boolean;
  readonly #provider: BrowserProvider;
  readonly #secrets: string[];

  constructor({ provider, options = {} }: ProviderModule) {
    this.#provider = provider;
    this.name = provider.name;
    this.canStop = typeof provider.stop === 'function';
    this.canList = typeof provider.list === 'function';
    this.#secrets = [...secretsIn(options), ...environment.secrets];
  }

  /** Its name, for messages. */
  get title(): string {
    return `the provider "${this.name}"`;
  }

  /**
   * Starts a browser.
   * @param onStarted - called with the id of a browser that must be stopped, even if its answer is of no use
   * @throws the provider's error; {@link SessionwrightError} `provider_unusable` for an answer that is of no use
   */
  async start(
    request: BrowserRequest,
    signal: AbortSignal,
    onStarted: (id: string) => void,
  ): Promise<ProvidedBrowser> {
    const answer: unknown = await this.#provider.start(request, signal);
    const { id, cdpUrl, headers = {} } = isRecord(answer) ? answer : {};
    if (typeof id === 'string' && id !== '') onStarted(id);
    else throw this.#unusable('start() returned no id', 'Return { id, cdpUrl }.');
    if (typeof cdpUrl !== 'string' || cdpUrl === '')
      throw this.#unusable('start() returned no cdpUrl', 'Return { id, cdpUrl }.');
    if (!URL.canParse(cdpUrl) || !/^wss?:$/.test(new URL(cdpUrl).protocol))
      throw this.#unusable(
        `start() returned a cdpUrl that does not start with ws:// or wss://, but with "${schemeOf(cdpUrl)}"`,
        'Return the WebSocket URL of the browser.',
      );
    if (!isRecord(headers) || Object.values(headers).some((it) => typeof it !== 'string'))
      throw this.#unusable('start() returned headers that are not texts', 'Leave them out.');
    return { ...(answer as object), id, cdpUrl, headers: headers as Record<string, string> };
  }

  /** Ends a browser. Without a `stop`, it has ended with its connections. */
  async stop(id: string, signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.resolve(this.#provider.stop?.(id, signal)), signal);
  }

  /**
   * The browsers that run.
   * @throws the provider's error; {@link SessionwrightError} `provider_unusable` for an answer that is of no use
   */
  async list(signal: AbortSignal): Promise<ListedBrowser[]> {
    const list: unknown = await unlessAborted(
      Promise.resolve(this.#provider.list?.(signal) ?? []),
      signal,
    );
    const isList =
      Array.isArray(list) && list.every((it) => isRecord(it) && typeof it['id'] === 'string');
    if (isList) return list as ListedBrowser[];
    throw this.#unusable('list() returned no list of { id, mark }', 'Return an array.');
  }

  /** What was thrown, without secrets. */
  textOf(error: unknown): string {
    let text = messageOf(error);
    for (const secret of this.#secrets) text = text.replaceAll(secret, REDACTED);
    return keptText(headerWithoutSecrets('', text), MAX_QUOTE_BYTES).replace(/\.*$/, '');
  }

  #unusable(what: string, advice: string): SessionwrightError {
    return new SessionwrightError(`The provider "${this.name}" is not usable: ${what}. ${advice}`, {
      code: 'provider_unusable',
    });
  }
}

function schemeOf(text: string): string {
  const scheme = URL.canParse(text) ? new URL(text).protocol : '';
  return scheme === '' ? 'no scheme' : `${scheme}//`;
}

/** The values with secret names, at any depth. */
function secretsIn(value: unknown): string[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (typeof inner !== 'string') return secretsIn(inner);
    return (isSecretName(name) || /key$/i.test(name)) && inner.length >= MIN_SECRET_LENGTH
      ? [inner]
      : [];
  });
}
