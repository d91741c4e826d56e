/** HTTP to a Selenium Grid: one request and its answer, read as WebDriver writes it. Knows no sessions. */
import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { keptText } from '../../base/foreign-text';
import { isRecord, parseJson } from '../../base/json';
import { codeOf, messageOf } from '../../base/errors';
import { GridError } from '../../contract/errors';

/** Where a Grid is, and what it must be told to let us in. */
export interface GridPlace {
  /** `http:` or `https:`; a user name and a password in it are sent, and never shown. */
  url: string;
  /** Extra headers of each request. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** One call. */
export interface GridCall {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the Grid's URL, such as `/status`. */
  path: string;
  body?: unknown;
  /** Bound on the whole exchange, in milliseconds. @default none */
  timeoutMs?: number | undefined;
  /** Gives the call up: a Grid takes a request that waits in its queue out of it then. */
  signal?: AbortSignal | undefined;
}

/** Longest part of a Grid's own words in a message of ours, in characters. */
const MAX_QUOTE = 500;

/** Codes of connections that were never made. */
const NEVER_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** Statuses by which a proxy says that what is behind it is away, or too slow. */
const PROXYS_OWN: ReadonlySet<number> = new Set([502, 503, 504]);
/** Codes of TLS that mean that nobody here knows who has signed the hub's certificate. */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?))$/;
/** The words of a Grid whose queue held a request for too long, also if it was about to be served; and of one that does not reach a node that has just died. */
const TEMPORARY =
  /New session request timed out|Timed out creating session|\(POST \S+\/se\/grid\/node\/session\)/;

/** The requests to one Grid. */
export class GridWire {
  /** The URL without its secrets. */
  readonly shown: string;
  /** What every request and every WebSocket to the Grid carries; holds secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #base: URL;

  constructor({ url, headers = {} }: GridPlace) {
    const base = new URL(url);
    this.headers = { ...authorization(base), ...headers };
    base.username = base.password = base.search = base.hash = '';
    base.pathname = base.pathname.replace(/\/+$/, '');
    this.#base = base;
    this.shown = base.href.replace(/\/$/, '');
  }

  /** The URL below which everything of this Grid is; without a slash at its end. */
  get base(): URL {
    return new URL(this.#base);
  }

  /**
   * Sends a call, and reads the `value` of its answer.
   * @throws {@link GridError} `grid_unreachable` when there is no answer, or only a proxy's, `grid_refused` when it is an error, `not_a_grid` when it is none of WebDriver's
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
    if (!isRecord(answer) || !('value' in answer)) throw noWebDriver(what, status);
    if (status < 400) return answer['value'];
    throw new GridError(`${what} failed: ${ownWords(answer['value'], status)}`, {
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
        agent: false, // commands are seconds apart: the other side may have closed a connection that was kept
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
      request.on('error', () => {}); // one after the response fails the response too
      request.end(payload);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, text: await readText(response) };
    } catch (cause) {
      const why = signal?.aborted ? 'it was given up' : whyNot(cause, timeoutMs);
      throw new GridError(
        `The Grid at ${this.shown} gave no answer to ${method} ${path}: ${why}. ${adviceFor(why)}`,
        { code: 'grid_unreachable', cause },
      );
    }
  }
}

/** True when an error says that the Grid gave no answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof GridError && error.code === 'grid_unreachable';
}

/** True when a call has not reached the Grid: nothing comes of it. */
export function wasNeverSent(error: unknown): boolean {
  const cause = isUnreachable(error) && error instanceof Error ? error.cause : undefined;
  return NEVER_SENT.has(codeOf(cause));
}

/** True when the Grid has said no in its own words: nothing comes of the request any more. */
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

/** What is said to an answer that WebDriver does not know: a page of HTML, mostly. */
function noWebDriver(what: string, status: number): GridError {
  const isProxys = PROXYS_OWN.has(status);
  return new GridError(
    isProxys
      ? `${what} was answered with ${status}, and not by the Grid: what stands before it does not reach it, or waits no longer. Check that the hub runs.`
      : `${what} was answered with ${status} and no WebDriver answer: no Selenium Grid answers at this URL. Give the URL of the hub or the router, such as http://hub:4444.`,
    { code: isProxys ? 'grid_unreachable' : 'not_a_grid', status },
  );
}

function whyNot(cause: unknown, timeoutMs = 0): string {
  const code = codeOf(cause);
  return typeof code === 'string' && code !== 'ABORT_ERR' ? code : `none within ${timeoutMs} ms`;
}

function adviceFor(why: string): string {
  return UNTRUSTED.test(why)
    ? "Nobody that this machine trusts has signed its certificate: set NODE_EXTRA_CA_CERTS to a file with the certificate of the Grid's authority."
    : 'Check its URL, and that the hub runs.';
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

/** What WebDriver says of an error: its name, and its message without the lines about the build and the host. */
function ownWords(value: unknown, status: number): string {
  if (!isRecord(value)) return `status ${status}`;
  const { error, message } = value;
  const said = typeof message === 'string' ? message : '';
  const [words = ''] = said.split(/\n(?:Build info|System info|Driver info|Host info|Stacktrace)/);
  const text = keptText(words.trim(), MAX_QUOTE);
  return [typeof error === 'string' ? error : `status ${status}`, text].filter(Boolean).join(': ');
}
