/** Combines the browser's events into requests with their answers; redirects are separate requests. */
import { keptRecord, keptText } from '../../base/foreign-text';
import { bytesOf } from '../../base/memory-budget';
import type { CdpSession } from '../../cdp/connection';
import type { CdpEvents, NetworkResponse, RequestWillBeSent } from '../../cdp/protocol';
import type { SeenRequest } from './har-entry';

/** Maximum number of running requests, because pages may leave them open. Beyond it, the oldest count as finished. */
const MAX_RUNNING = 2_000;
/** Memory limit of running requests, in bytes: 2,000 with headers of 2 KB each. Beyond it, the oldest count as finished. */
const MAX_RUNNING_BYTES = 4_000_000;
/** Maximum length of a URL, in bytes: more than servers accept. */
const MAX_URL_BYTES = 16_000;
/** Maximum length of a header, and of all headers of a message, in bytes: servers accept 8 to 64 KB. */
const MAX_HEADERS = { maxTextBytes: 16_000, maxBytes: 64_000 };
/** Maximum length of a method, status text, type and the like, in bytes: those of HTTP are shorter. */
const MAX_WORD_BYTES = 200;
/** Maximum number of messages per request with separate headers: a request may be redirected 20 times. */
const MAX_EXTRAS = 50;

/** A request and its redirects, which have the same id. */
interface Chain {
  session: CdpSession;
  /** The last one is running; the others ended in a redirect. */
  hops: SeenRequest[];
  /** Hops with separate headers on the wire, in the order of these messages, which may arrive before or after the others. */
  withExtra: SeenRequest[];
  requestExtras: Record<string, string>[];
  responseExtras: { headers: Record<string, string>; statusCode: number }[];
  /** Time of its end by our clock, after which it only waits for headers. */
  endedAtMs: number | undefined;
  /** Its memory. */
  bytes: number;
}

/** Follows the requests of all targets of one browser. Ids are unique in it, so a request that two targets report is one request. */
export class RequestTracker {
  readonly #onRequest: (request: SeenRequest) => void;
  readonly #chains = new Map<string, Chain>();
  #bytes = 0;

  /** @param onRequest - called with each finished request */
  constructor(onRequest: (request: SeenRequest) => void) {
    this.#onRequest = onRequest;
  }

  /** Listens to a target that reports its requests (`Network.enable`). */
  follow(session: CdpSession, pageId: string): void {
    session.on('Network.requestWillBeSent', (event) => this.#sent(session, pageId, event));
    session.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => {
      const chain = this.#chain(session, requestId);
      if (chain.requestExtras.length >= MAX_EXTRAS) return;
      chain.requestExtras.push(keptRecord(headers, MAX_HEADERS));
      this.#grow(chain, chain.requestExtras.at(-1));
    });
    session.on('Network.responseReceived', (event) => this.#answered(event));
    session.on('Network.responseReceivedExtraInfo', ({ requestId, ...extra }) =>
      this.#addAnswerHeaders(this.#chain(session, requestId), requestId, extra),
    );
    session.on('Network.dataReceived', ({ requestId, dataLength }) =>
      this.#update(requestId, (seen) => (seen.receivedBytes += dataLength)),
    );
    session.on('Network.loadingFinished', ({ requestId, timestamp, encodedDataLength }) =>
      this.#end(requestId, { endedAt: timestamp, encodedBytes: encodedDataLength }),
    );
    session.on('Network.loadingFailed', ({ requestId, timestamp, errorText }) =>
      this.#end(requestId, { endedAt: timestamp, error: errorText }),
    );
    this.#followWebSockets(session, pageId);
  }

  /** Finishes the running requests of a closed target; by default those of all targets. */
  abandon(session?: CdpSession): void {
    for (const [id, chain] of this.#chains)
      if (session === undefined || chain.session === session) this.#abandon(id, chain);
  }

  /** Reports requests that ended this many milliseconds ago, with or without their headers. */
  settle(waitedMs: number): void {
    const untilMs = Date.now() - waitedMs;
    for (const [id, chain] of this.#chains)
      if (chain.endedAtMs !== undefined && chain.endedAtMs <= untilMs) this.#emit(id, chain);
  }

  /** Logs a WebSocket when it is open, because it may never close. */
  #followWebSockets(session: CdpSession, pageId: string): void {
    session.on('Network.webSocketCreated', ({ requestId, url }) => {
      this.#addHop(this.#chain(session, requestId), {
        url: keptText(url, MAX_URL_BYTES),
        method: 'GET',
        resourceType: 'WebSocket',
        pageId,
        startedAt: Date.now() / 1000,
        sentAt: 0,
        requestHeaders: {},
        wire: {},
        receivedBytes: 0,
      });
    });
    session.on(
      'Network.webSocketWillSendHandshakeRequest',
      ({ requestId, timestamp, wallTime, request }) =>
        this.#update(requestId, (seen) =>
          Object.assign(seen, {
            sentAt: timestamp,
            startedAt: wallTime,
            requestHeaders: keptRecord(request.headers, MAX_HEADERS),
          }),
        ),
    );
    session.on(
      'Network.webSocketHandshakeResponseReceived',
      ({ requestId, timestamp, response }) => {
        this.#update(
          requestId,
          (seen) =>
            (seen.response = keptResponse({ mimeType: '', encodedDataLength: 0, ...response })),
        );
        this.#end(requestId, { endedAt: timestamp });
      },
    );
    session.on('Network.webSocketClosed', ({ requestId, timestamp }) =>
      this.#end(requestId, { endedAt: timestamp, error: 'closed before it was open' }),
    );
  }

  #sent(
    session: CdpSession,
    pageId: string,
    {
      requestId,
      request,
      timestamp,
      wallTime,
      type,
      redirectResponse,
      redirectHasExtraInfo,
    }: RequestWillBeSent,
  ): void {
    if (!isOnNetwork(request.url)) return;
    const chain = this.#chain(session, requestId);
    const last = chain.hops.at(-1);
    if (last && (!redirectResponse || last.sentAt === timestamp)) return; // another target has reported it
    if (last && redirectResponse) {
      Object.assign(last, {
        response: keptResponse(redirectResponse),
        endedAt: timestamp,
        encodedBytes: redirectResponse.encodedDataLength,
      });
      if (redirectHasExtraInfo) chain.withExtra.push(last);
    }
    this.#addHop(chain, {
      url: keptText(request.url, MAX_URL_BYTES),
      method: keptText(request.method, MAX_WORD_BYTES),
      resourceType: type ?? 'other',
      pageId,
      startedAt: wallTime,
      sentAt: timestamp,
      requestHeaders: keptRecord(request.headers, MAX_HEADERS),
      wire: {},
      receivedBytes: 0,
    });
  }

  #answered({
    requestId,
    type,
    response,
    hasExtraInfo,
  }: CdpEvents['Network.responseReceived']): void {
    const chain = this.#chains.get(requestId);
    const seen = chain?.hops.at(-1);
    if (!chain || !seen || seen.response) return;
    Object.assign(seen, { response: keptResponse(response), resourceType: type });
    this.#grow(chain, seen.response);
    if (hasExtraInfo) chain.withExtra.push(seen);
  }

  #update(requestId: string, change: (seen: SeenRequest) => void): void {
    const seen = this.#chains.get(requestId)?.hops.at(-1);
    if (seen) change(seen);
  }

  #addAnswerHeaders(chain: Chain, requestId: string, extra: Chain['responseExtras'][number]): void {
    if (chain.responseExtras.length >= MAX_EXTRAS) return;
    chain.responseExtras.push({ ...extra, headers: keptRecord(extra.headers, MAX_HEADERS) });
    this.#grow(chain, chain.responseExtras.at(-1));
    if (chain.endedAtMs !== undefined) this.#emitIfComplete(requestId, chain);
  }

  #end(requestId: string, outcome: Pick<SeenRequest, 'endedAt' | 'encodedBytes' | 'error'>): void {
    const chain = this.#chains.get(requestId);
    if (!chain || chain.endedAtMs !== undefined) return;
    chain.endedAtMs = Date.now();
    Object.assign(chain.hops.at(-1) ?? {}, outcome);
    this.#emitIfComplete(requestId, chain);
  }

  /** Headers arrive separately, and may be the last. */
  #emitIfComplete(requestId: string, chain: Chain): void {
    if (chain.responseExtras.length >= chain.withExtra.length) this.#emit(requestId, chain);
  }

  #emit(requestId: string, chain: Chain): void {
    this.#chains.delete(requestId);
    this.#bytes -= chain.bytes;
    const last = chain.hops.at(-1);
    if (last && !last.response) chain.withExtra.push(last); // a target that we did not follow yet reported its answer
    for (const [index, seen] of chain.withExtra.entries()) {
      const answer = chain.responseExtras[index];
      seen.wire = {
        requestHeaders: chain.requestExtras[index],
        responseHeaders: answer?.headers,
        status: answer?.statusCode,
      };
    }
    for (const seen of chain.hops) this.#onRequest(seen);
  }

  #abandon(requestId: string, chain: Chain): void {
    this.#end(requestId, { error: 'not finished' });
    if (this.#chains.has(requestId)) this.#emit(requestId, chain);
  }

  #chain(session: CdpSession, requestId: string): Chain {
    const known = this.#chains.get(requestId);
    if (known) return known;
    this.#makeRoom();
    const chain: Chain = {
      session,
      hops: [],
      withExtra: [],
      requestExtras: [],
      responseExtras: [],
      endedAtMs: undefined,
      bytes: 0,
    };
    this.#chains.set(requestId, chain);
    return chain;
  }

  #makeRoom(): void {
    for (const [id, chain] of this.#chains) {
      if (this.#chains.size < MAX_RUNNING && this.#bytes < MAX_RUNNING_BYTES) return;
      this.#abandon(id, chain);
    }
  }

  #addHop(chain: Chain, seen: SeenRequest): void {
    chain.hops.push(seen);
    this.#grow(chain, seen);
  }

  #grow(chain: Chain, by: unknown): void {
    const bytes = bytesOf(by);
    chain.bytes += bytes;
    this.#bytes += bytes;
  }
}

/** Returns the kept fields of an answer. */
function keptResponse(response: Omit<NetworkResponse, 'url'>): NetworkResponse {
  const { protocol, remoteIPAddress } = response;
  const word = (text: string): string => keptText(text, MAX_WORD_BYTES);
  return {
    url: '',
    status: response.status,
    statusText: word(response.statusText),
    headers: keptRecord(response.headers, MAX_HEADERS),
    mimeType: word(response.mimeType),
    encodedDataLength: response.encodedDataLength,
    ...(protocol !== undefined && { protocol: word(protocol) }),
    ...(remoteIPAddress !== undefined && { remoteIPAddress: word(remoteIPAddress) }),
    ...(response.timing && { timing: response.timing }),
  };
}

/** `data:` and `blob:` URLs and the like are not network requests. */
function isOnNetwork(url: string): boolean {
  return /^(https?|wss?|ftp):/i.test(url);
}
