/** HTTP to a Selenium Grid: one WebDriver command and its answer. */
import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { authorizationFor } from '../../base/addresses';
import { keptText } from '../../base/foreign-text';
import { isRecord, parseJson } from '../../base/json';
import { codeOf, messageOf } from '../../base/errors';
import { GridError } from '../../contract/errors';

/** The URL of a Grid, and how to authenticate. */
export interface GridPlace {
  /** `http:` or `https:`. A user name and a password in it are sent, but never shown. */
  url: string;
  /** Extra headers for each request. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** One call. */
export interface GridCall {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the Grid's URL, such as `/status`. */
  path: string;
  body?: unknown;
  /** Time limit for the answer, in milliseconds. @default none */
  timeoutMs?: number | undefined;
  /** Cancels the call. A Grid then removes a waiting request from its queue. */
  signal?: AbortSignal | undefined;
}

/** Longest part of a Grid's message in ours, in characters. */
const MAX_QUOTE = 500;

/** Codes of failed connections. */
const NEVER_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** Statuses of a proxy that cannot reach the Grid, or did not wait long enough. */
const PROXY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
/** TLS codes for a certificate of an unknown authority. */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?))$/;
/** Messages of a Grid whose queue timed out, or that assigned the session to a node that just died. */
const TEMPORARY =
  /New session request timed out|Timed out creating session|\(POST \S+\/se\/grid\/node\/session\)/;

/** Commands to one Grid. */
export class GridWire {
  /** The URL without its secrets. */
  readonly shown: string;
  /** The headers of every request and WebSocket to the Grid. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #base: URL;

  constructor({ url, headers = {} }: GridPlace) {
    const base = new URL(url);
    const authorization = authorizationFor(base);
    this.headers = { ...(authorization !== undefined && { authorization }), ...headers };
    base.username = base.password = base.search = base.hash = '';
    base.pathname = base.pathname.replace(/\/+$/, '');
    this.#base = base;
    this.shown = base.href.replace(/\/$/, '');
  }

  /** The base URL of the Grid, without a slash at its end. */
  get base(): URL {
    return new URL(this.#base);
  }

  /**
   * Sends a command, and returns the `value` of the answer.
   * @throws {@link GridError} `grid_unreachable` if there is no answer, or only a proxy's; `grid_refused` for an error; `not_a_grid` if it is no WebDriver answer
   */
  async send(call: GridCall): Promise<unknown> {
    const { status, text } = await this.#exchange(call);
    const answer = parseJson(text);
    const what = `${call.method} ${call.path} of the Grid at ${this.shown}`;
    if (status === 401 || status === 403)
      throw new GridError(
        `${what} was refused with ${status}. Put the user name and the password into the Grid's URL, or set SELENIUM_REMOTE_HEADERS.`,
        { code: 'grid_refused', status },
      );
    if (!isRecord(answer) || !('value' in answer)) throw notWebDriver(what, status);
    if (status < 400) return answer['value'];
    throw new GridError(`${what} failed: ${errorText(answer['value'], status)}`, {
      code: 'grid_refused',
      status,
    });
  }

  async #exchange(call: GridCall): Promise<{ status: number; text: string }> {
    const { method, path, body, timeoutMs, signal } = call;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const send = this.#base.protocol === 'https:' ? requestHttps : requestHttp;
    try {
      const request = send(this.shown + path, {
        method,
        agent: false, // commands are seconds apart: the Grid may have closed an idle connection
        headers: {
          accept: 'application/json',
          ...this.headers,
          ...(payload !== undefined && {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(payload),
          }),
        },
        signal: AbortSignal.any([
          ...(signal ? [signal] : []),
          ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
        ]),
      });
      request.on('error', () => {}); // reading the response fails too
      request.end(payload);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, text: await readText(response) };
    } catch (cause) {
      const why = signal?.aborted ? 'it was cancelled' : whyNot(cause, timeoutMs);
      throw new GridError(
        `The Grid at ${this.shown} gave no answer to ${method} ${path}: ${why}. ${adviceFor(why)}`,
        { code: 'grid_unreachable', cause },
      );
    }
  }
}

/** True if the Grid did not answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof GridError && error.code === 'grid_unreachable';
}

/** True if a command did not reach the Grid. */
export function wasNeverSent(error: unknown): boolean {
  const cause = isUnreachable(error) && error instanceof Error ? error.cause : undefined;
  return NEVER_SENT.has(codeOf(cause));
}

/** True if the Grid answered with an error. */
export function isRefusal(error: unknown): error is GridError {
  return error instanceof GridError && error.code === 'grid_refused';
}

/**
 * True if the Grid may start the session at the next try: the request was in its queue for as long as the Grid lets it
 * (`--session-request-timeout`, 300 s), or its node has just died, which the Grid notices within two minutes.
 */
export function mayWorkLater(error: unknown): boolean {
  return isRefusal(error) && TEMPORARY.test(messageOf(error));
}

/** The error for an answer that is not WebDriver's, such as an HTML page. */
function notWebDriver(what: string, status: number): GridError {
  const isOfProxy = PROXY_STATUSES.has(status);
  return new GridError(
    isOfProxy
      ? `${what} was answered with ${status}, and not by the Grid: a proxy does not reach it, or did not wait long enough. Check that the hub runs.`
      : `${what} was answered with ${status}, but not with a WebDriver answer: no Selenium Grid answers at this URL. Give the URL of the hub or the router, such as http://hub:4444.`,
    { code: isOfProxy ? 'grid_unreachable' : 'not_a_grid', status },
  );
}

function whyNot(cause: unknown, timeoutMs = 0): string {
  const code = codeOf(cause);
  return typeof code === 'string' && code !== 'ABORT_ERR' ? code : `none within ${timeoutMs} ms`;
}

function adviceFor(why: string): string {
  return UNTRUSTED.test(why)
    ? "This machine does not trust the authority of its certificate. Set NODE_EXTRA_CA_CERTS to a file with the authority's certificate."
    : 'Check its URL, and that the hub runs.';
}

/** WebDriver's error name and message, without the lines about the build and the host. */
function errorText(value: unknown, status: number): string {
  if (!isRecord(value)) return `status ${status}`;
  const { error, message } = value;
  const full = typeof message === 'string' ? message : '';
  const [words = ''] = full.split(/\n(?:Build info|System info|Driver info|Host info|Stacktrace)/);
  const text = keptText(words.trim(), MAX_QUOTE);
  return [typeof error === 'string' ? error : `status ${status}`, text].filter(Boolean).join(': ');
}
