/** Calls the session API: key, deadline, retries, redirects to the same origin, and answers checked against the contract. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';

import { unlessAborted } from '../base/deadline';
import { parseJson } from '../base/json';
import { logOf, since } from '../base/log';
import { version } from '../../package.json';
import { ContractError, SessionwrightError } from '../contract/errors';
import { describeIssues, formatIssues } from '../contract/issues';
import { headers as headerNames } from '../contract/routes';
import {
  redact,
  toApiError,
  toDeadlineError,
  toUnreachableError,
  type Exchange,
} from './api-errors';
import { Dispatchers } from './dispatchers';
import type { ResolvedClientOptions } from './options';
import { readRedirect } from './redirect';
import { idempotentPolicy, noRetry, parseRetryAfter, type RetryPolicy } from './retry-policy';

/** One call of the API. */
export interface Call {
  /** Completes "Could not ..." in messages: `start a session`. */
  purpose: string;
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** Query string without `?`. */
  query?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`; made anew for each try. */
  form?: () => { headers: Record<string, string>; body: AsyncIterable<Uint8Array> };
  headers?: Record<string, string>;
  /** Time for all tries, in milliseconds. @default the client's `timeoutMs` */
  timeoutMs?: number;
  /** Time for one try, in milliseconds. @default the client's `timeoutMs` */
  tryTimeoutMs?: number;
  /** Whether repeating it does no harm. @default true unless POST */
  isIdempotent?: boolean;
  /** @default by `isIdempotent` */
  policy?: RetryPolicy;
  /** When aborted, a failed try is the last one. */
  giveUp?: AbortSignal;
}

/** A successful answer, not yet checked. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The same, for answers that are no text. */
  bytes: Buffer;
}

const log = logOf('api');

/** How many redirects in a row are followed. */
const MAX_REDIRECTS = 5;

/** A new try with less time than this is not worth it, in milliseconds: it would end in a timeout and hide why the last one failed. */
const LEAST_TRY_MS = 1_000;

/** The HTTP side of one client. */
export class HttpClient {
  readonly #options: ResolvedClientOptions;
  readonly #dispatchers = new Dispatchers();
  #isClosed = false;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
  }

  /** Pools for requests that go elsewhere and carry no key. */
  get dispatchers(): Dispatchers {
    return this.#dispatchers;
  }

  /**
   * Makes a call and reads its answer.
   * @throws {@link ApiError} or one of its subclasses; {@link SessionEndedError}
   */
  async call<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    return this.parse(call, await this.send(call), schema);
  }

  /** Makes a call, as often as its policy says and its time allows. Returns a 2xx answer, whatever it holds. */
  async send(call: Call): Promise<Answer> {
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs;
    const deadlineMs = performance.now() + timeoutMs;
    const leastTryMs = Math.min(LEAST_TRY_MS, timeoutMs / 4);
    const policy =
      call.policy ??
      ((call.isIdempotent ?? call.method !== 'POST') ? idempotentPolicy(this.#options) : noRetry);
    for (let attempt = 1; ; attempt++) {
      const result = await this.#try(
        call,
        Math.min(call.tryTimeoutMs ?? this.#options.timeoutMs, deadlineMs - performance.now()),
      );
      if ('text' in result) return result;
      const waitMs = policy(result, attempt);
      if (waitMs === undefined || performance.now() + waitMs + leastTryMs > deadlineMs)
        throw result.error;
      await delay(waitMs, undefined, { signal: call.giveUp }).catch(() => undefined);
      if (call.giveUp?.aborted) throw result.error;
    }
  }

  /** Checks an answer against the contract. */
  parse<T>(call: Call, answer: Answer, schema: z.ZodType<T>): T {
    const body = parseJson(answer.text);
    if (body === undefined)
      throw this.#contractError(call, answer, `is ${answer.text ? 'not JSON' : 'empty'}`);
    const parsed = schema.safeParse(body, { reportInput: true });
    if (parsed.success) return parsed.data;
    throw this.#contractError(
      call,
      answer,
      `breaks the contract: ${formatIssues(describeIssues(parsed.error.issues))}`,
    );
  }

  /** Closes all connections; calls are refused from now on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#dispatchers.close();
  }

  /** One try: a 2xx answer, or what went wrong. */
  async #try(
    call: Call,
    timeoutMs: number,
  ): Promise<Answer | { error: Error; retryAfterMs: number | undefined }> {
    const exchange = this.#exchange(call);
    if (this.#isClosed)
      throw new SessionwrightError(`Could not ${call.purpose}: this client is closed.`, {
        code: 'client_closed',
      });
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    const startedMs = performance.now();
    try {
      // undici does not look at the signal while it waits for a proxy (7.30), so the deadline is kept here too.
      const answer = await unlessAborted(this.#follow(call, signal), signal);
      log('%s %s %d %s', call.method, call.path, answer.status, since(startedMs));
      if (answer.status >= 200 && answer.status < 300) return answer;
      const retryAfterMs = parseRetryAfter(single(answer.headers['retry-after']), Date.now());
      const text = redact(answer.text, this.#options.apiKey);
      return {
        error: toApiError(exchange, {
          status: answer.status,
          body: parseJson(text) ?? text,
          retryAfterMs,
        }),
        retryAfterMs,
      };
    } catch (error) {
      log('%s %s failed %s', call.method, call.path, since(startedMs));
      if (error instanceof SessionwrightError) throw error;
      return {
        error: signal.aborted
          ? toDeadlineError(exchange, timeoutMs)
          : toUnreachableError(exchange, error),
        retryAfterMs: undefined,
      };
    }
  }

  /** Sends the request, and again where a redirect points within the same origin: nobody else gets the key. */
  async #follow(call: Call, signal: AbortSignal): Promise<Answer> {
    let url = new URL(`${this.#options.apiUrl}${call.path}${call.query ? `?${call.query}` : ''}`);
    for (let hops = 0; ; hops++) {
      const {
        statusCode: status,
        headers,
        body,
      } = await this.#dispatchers.request(url, this.#request(call, signal));
      const bytes = Buffer.from(await body.arrayBuffer());
      const answer = { status, headers, bytes, text: new TextDecoder().decode(bytes) };
      const redirect = readRedirect({
        status,
        location: single(headers['location']),
        from: url,
        method: call.method,
      });
      if (!redirect) return answer;
      if ('problem' in redirect) throw this.#contractError(call, answer, redirect.problem);
      if (hops >= MAX_REDIRECTS) throw this.#contractError(call, answer, 'redirects without end');
      url = redirect.target;
    }
  }

  #request(call: Call, signal: AbortSignal) {
    const hasBody = call.body !== undefined;
    const form = call.form?.();
    return {
      method: call.method,
      signal,
      headers: {
        authorization: `Bearer ${this.#options.apiKey}`,
        accept: 'application/json',
        'user-agent': `sessionwright/${version}`,
        [headerNames.origin]: 'sessionwright',
        [headerNames.version]: version,
        ...(hasBody && { 'content-type': 'application/json' }),
        ...form?.headers,
        ...call.headers,
      },
      ...(hasBody && { body: JSON.stringify(call.body) }),
      ...(form && { body: Readable.from(form.body) }),
    };
  }

  #exchange({ purpose, method, path }: Call): Exchange {
    const { apiUrl, names } = this.#options;
    return { purpose, method, path, names, origin: new URL(apiUrl).origin };
  }

  #contractError(call: Call, answer: Answer, problem: string): ContractError {
    const { purpose, method, path, origin, names } = this.#exchange(call);
    const message = `Could not ${purpose}: the answer of ${method} ${path} on ${origin} (${answer.status}) ${problem}. Check that ${names.apiUrl} is a session API, and not something in front of it.`;
    return new ContractError(message, {
      code: 'contract_violation',
      method,
      path,
      status: answer.status,
    });
  }
}

/** The first value of a header. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
