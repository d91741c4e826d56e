/** Tries a proxy before a browser is started on it, so that a wrong one is refused by name and not page by page. */
import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { withDeadline } from '../../base/deadline';
import { TimeoutError, timedOut } from '../../contract/errors';
import { refused } from '../../contract/refusals';
import type { ExternalProxy } from './session-plan';
import { proxyUrl } from './session-plan';

/** How long a proxy may take to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Where a tunnel is asked for: nowhere but the proxy's own machine, so that the answer waits for no name and no other host. It need not be given. */
const TARGET = '127.0.0.1:443';
/** How a proxy answers that knows no tunnels: not at all, or that it does not know the method. */
const NO_TUNNELS = new Set([0, 405, 501]);
/** First answer of a SOCKS5 proxy that wants no password (RFC 1928), and any answer of a SOCKS4 proxy. */
const SOCKS5_HELLO = Buffer.from([5, 1, 0]);
const SOCKS4_CONNECT = Buffer.from([4, 1, 0x01, 0xbb, 127, 0, 0, 1, 0]);
/** Longest beginning of an answer that is looked at, in bytes: an HTTP status line fits. */
const MAX_ANSWER_BYTES = 1024;

/**
 * Connects to the proxy, and asks it for a tunnel as the browser will.
 * @throws {@link InvalidRequestError} that names the field to look at; no password is in it
 */
export async function checkProxy(proxy: ExternalProxy): Promise<void> {
  const url = proxyUrl(proxy.server);
  if (!url) return; // refused before
  const problem = await withDeadline(ask(url, proxy), TIMEOUT_MS, () =>
    timedOut('the proxy', TIMEOUT_MS),
  ).catch((error: unknown) => failure(url, error));
  if (problem)
    throw refused('The proxy of this session cannot be used', [
      { path: `proxies.0.${problem.field}`, message: problem.message },
    ]);
}

interface ProxyProblem {
  field: 'server' | 'username' | 'password';
  message: string;
}

function failure({ host }: URL, error: unknown): ProxyProblem {
  const what =
    error instanceof TimeoutError
      ? `did not answer within ${TIMEOUT_MS} ms`
      : `cannot be reached (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
  return {
    field: 'server',
    message: `${host} ${what}; check host, port and scheme, and that this machine may connect to it`,
  };
}

async function ask(url: URL, proxy: ExternalProxy): Promise<ProxyProblem | undefined> {
  const socket = await open(url, proxy.username !== undefined);
  try {
    if (url.protocol === 'socks5:') return await askSocks5(socket, url);
    if (url.protocol === 'socks4:') return await askSocks4(socket, url);
    return await askHttp(socket, url, proxy);
  } finally {
    socket.destroy();
  }
}

/** Where no password is sent, certificates are the browser's to judge: it may trust others than Node does. */
async function open(url: URL, verify: boolean): Promise<Socket> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || { 'http:': 80, 'https:': 443 }[url.protocol] || 1080;
  const socket = isTls
    ? connectTls({
        host,
        port,
        rejectUnauthorized: verify,
        ...(isIP(host) === 0 && { servername: host }),
      })
    : connect({ host, port });
  const deadline = setTimeout(() => socket.destroy(), TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(deadline));
  await new Promise<void>((resolve, reject) =>
    socket.once(isTls ? 'secureConnect' : 'connect', resolve).once('error', reject),
  );
  return socket;
}

/** For a tunnel, as the browser asks for `https`; a proxy that knows none is asked for a page, as the browser asks for `http`. A web server cannot be told from such a one. */
async function askHttp(
  socket: Socket,
  url: URL,
  proxy: ExternalProxy,
): Promise<ProxyProblem | undefined> {
  const status = await statusOf(socket, `CONNECT ${TARGET}`, proxy);
  if (!NO_TUNNELS.has(status)) return judge(status, url, proxy);
  const again = await open(url, proxy.username !== undefined);
  try {
    return judge(await statusOf(again, `HEAD http://${TARGET}/`, proxy), url, proxy);
  } finally {
    again.destroy();
  }
}

/** Status of the answer; 0 when there is none, NaN when it is not HTTP. */
async function statusOf(
  socket: Socket,
  question: string,
  { username, password }: ExternalProxy,
): Promise<number> {
  const signIn =
    username === undefined
      ? ''
      : `proxy-authorization: Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}\r\n`;
  const answer = await exchange(
    socket,
    `${question} HTTP/1.1\r\nhost: ${TARGET}\r\n${signIn}\r\n`,
    (text) => text.includes('\n'),
  );
  return answer.length === 0
    ? 0
    : Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer.toString('latin1'))?.[1]);
}

/** Whether it opens this tunnel, or has this page, does not matter. */
function judge(status: number, url: URL, { username }: ExternalProxy): ProxyProblem | undefined {
  if (!status) return noProxy(url, 'an HTTP');
  if (status !== 407) return undefined;
  if (username === undefined)
    return {
      field: 'username',
      message: `${url.host} asks for a user name and a password (407); set username and password`,
    };
  return {
    field: 'password',
    message: `${url.host} does not accept this user name and password (407); check both`,
  };
}

async function askSocks5(socket: Socket, url: URL): Promise<ProxyProblem | undefined> {
  const [version, method] = await exchange(socket, SOCKS5_HELLO, (text) => text.length >= 2);
  if (version !== 5) return noProxy(url, 'a SOCKS5');
  return method === 0
    ? undefined
    : {
        field: 'server',
        message: `${url.host} wants a password, and Chromium cannot sign in to a SOCKS proxy; use an HTTP proxy`,
      };
}

async function askSocks4(socket: Socket, url: URL): Promise<ProxyProblem | undefined> {
  const [version, code = 0] = await exchange(socket, SOCKS4_CONNECT, (text) => text.length >= 2);
  return version === 0 && code >= 90 && code <= 93 ? undefined : noProxy(url, 'a SOCKS4');
}

function noProxy({ host }: URL, kind: string): ProxyProblem {
  return {
    field: 'server',
    message: `what listens on ${host} does not answer like ${kind} proxy; check port and scheme`,
  };
}

/** Sends a question, and resolves to the answer once it is long enough, or whatever came before the other side closed. */
async function exchange(
  socket: Socket,
  question: string | Buffer,
  isEnough: (answer: string) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length > MAX_ANSWER_BYTES || isEnough(answer.toString('latin1'))) resolve(answer);
    });
    socket.once('end', () => resolve(answer)).once('error', reject);
    socket.write(question);
  });
}
