/** Calls the session API: key, deadline, retries, redirects within the origin, and checks of the answers against the contract. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { unlessAborted } from '../base/deadline';
import { parseJson } from '../base/json';
import { logOf, since } from '../base/log';
import { version } from '../../package.json';
import { ContractError, SessionwrightError } from '../contract/errors';
import { describeIssues, formatIssues } from '../contract/issues';
import { headers as headerNames } from '../contract/headers';
import {
  operations,
  type AnswerOf,
  type GivenBody,
  type GivenQuery,
  type Operation,
  type OperationId,
  type OperationOf,
  type ParamsOf,
} from '../contract/operations';
import { fillPath } from '../contract/paths';
import {
  isOfNetwork,
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

/** Deadline and retries of a call, where they differ from the operation's. */
export interface CallSettings {
  /** Completes "Could not ..." in messages: `start a session`. */
  purpose: string;
  headers?: Record<string, string>;
  /** Time for all tries, in milliseconds. @default the client's `timeoutMs` */
  timeoutMs?: number;
  /** Time for one try, in milliseconds. @default the client's `timeoutMs` */
  tryTimeoutMs?: number;
  /** @default retries if the operation is safe to repeat */
  policy?: RetryPolicy;
  /** When aborted, a failed try is not repeated. */
  giveUp?: AbortSignal;
  /** When aborted, the current try ends and is not repeated. */
  abandon?: AbortSignal;
}

/** One call of an operation. */
export type Call<Id extends OperationId> = CallSettings &
  Needed<'params', ParamsOf<OperationOf<Id>>> &
  Needed<'query', GivenQuery<OperationOf<Id>>> &
  Needed<'body', GivenBody<OperationOf<Id>>> &
  (OperationOf<Id> extends { multipart: true } ? { form: () => Form } : { form?: undefined });

/** Required, unless all members are optional. */
type Needed<Name extends string, Given> = undefined extends Given
  ? Partial<Record<Name, Given>>
  : keyof Given extends never
    ? Partial<Record<Name, undefined>>
    : Record<Name, Given>;

/** A call of any operation. */
interface AnyCall extends CallSettings {
  params?: Readonly<Record<string, string>> | undefined;
  query?: unknown;
  body?: unknown;
  form?: (() => Form) | undefined;
}

/** A form; created for each try. */
export interface Form {
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/** A successful answer, before its check. */
export interface Answer<Id extends OperationId = OperationId> extends RawAnswer {
  readonly exchange: Exchange;
  /**
   * Parses the answer.
   * @throws {@link ContractError} if it does not match the contract
   */
  read(): AnswerOf<OperationOf<Id>>;
}

interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The same for binary answers. */
  bytes: Buffer;
}

/** A call as it is sent. */
interface WireCall extends CallSettings {
  method: Operation['method'];
  path: string;
  /** Query string without `?`. */
  query: string | undefined;
  body: unknown;
  form: (() => Form) | undefined;
  /** Accepted media types. */
  accept: string;
  isIdempotent: boolean;
}

const log = logOf('api');

/** Maximum number of consecutive redirects. */
const MAX_REDIRECTS = 5;

/** Minimum time for another try, in milliseconds. With less, it would time out and hide why the last one failed. */
const LEAST_TRY_MS = 1_000;

/** HTTP calls of one client. */
export class HttpClient {
  readonly #options: ResolvedClientOptions;
  readonly #dispatchers = new Dispatchers();
  #isClosed = false;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
  }

  /** Pools for requests to other hosts, which carry no key. */
  get dispatchers(): Dispatchers {
    return this.#dispatchers;
  }

  /**
   * Calls an operation and parses its answer.
   * @throws {@link OptionsError} before the request is sent; {@link ApiError} or a subclass; {@link SessionEndedError}
   */
  async call<Id extends OperationId>(
    id: Id,
    call: Call<NoInfer<Id>>,
  ): Promise<AnswerOf<OperationOf<Id>>> {
    return (await this.send(id, call)).read();
  }

  /** Calls an operation, with retries by its policy and its deadline. Returns a 2xx answer without checking its content. */
  async send<Id extends OperationId>(id: Id, call: Call<NoInfer<Id>>): Promise<Answer<Id>> {
    const operation: Operation = operations[id];
    const wire = toWireCall(operation, call);
    const answer = await this.#send(wire);
    return {
      ...answer,
      exchange: this.#exchange(wire),
      read: () => this.#read(operation, wire, answer) as AnswerOf<OperationOf<Id>>,
    };
  }

  async #send(call: WireCall): Promise<RawAnswer> {
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs;
    const deadlineMs = performance.now() + timeoutMs;
    const leastTryMs = Math.min(LEAST_TRY_MS, timeoutMs / 4);
    const policy = call.policy ?? (call.isIdempotent ? idempotentPolicy(this.#options) : noRetry);
    for (let attempt = 1; ; attempt++) {
      const result = await this.#try(
        call,
        Math.min(call.tryTimeoutMs ?? this.#options.timeoutMs, deadlineMs - performance.now()),
      );
      if ('text' in result) return result;
      const waitMs = policy(result, attempt);
      if (waitMs === undefined || performance.now() + waitMs + leastTryMs > deadlineMs)
        throw result.error;
      const ends = [call.giveUp, call.abandon].filter((signal) => signal !== undefined);
      const signal = AbortSignal.any(ends);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw result.error;
    }
  }

  /** Checks an answer against the contract. */
  #read({ response }: Operation, call: WireCall, answer: RawAnswer): unknown {
    if ('mediaType' in response) return this.#readBytes(call, answer);
    const body = parseJson(answer.text);
    if (body === undefined)
      throw this.#contractError(call, answer, `is ${answer.text ? 'not JSON' : 'empty'}`);
    const parsed = response.safeParse(body, { reportInput: true });
    if (parsed.success) return parsed.data;
    throw this.#contractError(
      call,
      answer,
      `breaks the contract: ${formatIssues(describeIssues(parsed.error.issues))}`,
    );
  }

  /** A picture may have another image type than the contract says, but not the type of an error page or of JSON. */
  #readBytes(call: WireCall, answer: RawAnswer): Buffer {
    const type = single(answer.headers['content-type']) ?? 'no content type';
    if (answer.bytes.length > 0 && !/json|text/.test(type)) return answer.bytes;
    throw this.#contractError(
      call,
      answer,
      `is no picture (${answer.bytes.length} bytes, ${type})`,
    );
  }

  /** Closes all connections, and refuses further calls. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#dispatchers.close();
  }

  /** One try: a 2xx answer, or its error. Throws errors of our own code unchanged: a retry would not help. */
  async #try(
    call: WireCall,
    timeoutMs: number,
  ): Promise<RawAnswer | { error: Error; retryAfterMs: number | undefined }> {
    const exchange = this.#exchange(call);
    if (this.#isClosed)
      throw new SessionwrightError(`Could not ${call.purpose}: this client is closed.`, {
        code: 'client_closed',
      });
    const time = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    const signal = call.abandon ? AbortSignal.any([time, call.abandon]) : time;
    const startedMs = performance.now();
    try {
      // undici ignores the signal while it waits for a proxy (7.30), so the deadline is enforced here too.
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
      if (!signal.aborted && !isOfNetwork(error)) throw error;
      return {
        error: time.aborted
          ? toDeadlineError(exchange, timeoutMs)
          : toUnreachableError(exchange, error),
        retryAfterMs: undefined,
      };
    }
  }

  /** Sends the request, and follows redirects within the origin. No other host gets the key. */
  async #follow(call: WireCall, signal: AbortSignal): Promise<RawAnswer> {
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

  #request(call: WireCall, signal: AbortSignal) {
    const hasBody = call.body !== undefined;
    const form = call.form?.();
    return {
      method: call.method,
      signal,
      headers: {
        authorization: `Bearer ${this.#options.apiKey}`,
        accept: call.accept,
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

  #exchange({ purpose, method, path }: WireCall): Exchange {
    const { apiUrl, names } = this.#options;
    return { purpose, method, path, names, origin: new URL(apiUrl).origin };
  }

  #contractError(call: WireCall, answer: RawAnswer, problem: string): ContractError {
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

/** Checks all arguments of the caller. */
function toWireCall(
  { method, path, query, request, response, repeatable }: Operation,
  call: AnyCall,
): WireCall {
  const { params = {}, query: asked, body, form, ...settings } = call;
  return {
    ...settings,
    method,
    path: fillPath(path, params),
    query: asked === undefined ? undefined : query?.encode(asked as never),
    body: body === undefined ? undefined : request?.encode(body as never),
    form,
    accept: 'mediaType' in response ? 'image/*' : 'application/json',
    isIdempotent: method !== 'POST' || repeatable === true,
  };
}

/** The first value of a header. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
