/** Tries a proxy before a browser starts on it. The start then fails with the wrong field, and not each page by itself. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { basicAuthorization, endpointOf, hostOf } from '../../base/addresses';
import { codeOf } from '../../base/errors';
import { refused } from '../../contract/refusals';
import type { ExternalProxy } from './session-plan';
import { proxyUrl } from './session-plan';

/** How long a proxy may take to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** The requested tunnel leads to the proxy's own machine, so the answer depends on no DNS server and no other host. The proxy may refuse it. */
const TARGET = '127.0.0.1:443';
/** Answers of a proxy that supports no tunnels: it closes the connection (0), or does not know the method. */
const NO_TUNNELS = new Set([0, 405, 501]);
/** For a SOCKS5 proxy without a password (RFC 1928). */
const SOCKS5_HELLO = Buffer.from([5, 1, 0]);
const SOCKS4_CONNECT = Buffer.from([4, 1, 0x01, 0xbb, 127, 0, 0, 1, 0]);

interface ProxyProblem {
  field: 'server' | 'username' | 'password';
  message: string;
}

/**
 * Connects to the proxy, and requests a tunnel as the browser will.
 * @throws {@link InvalidRequestError} with the wrong field, and without the password
 */
export async function checkProxy(proxy: ExternalProxy): Promise<void> {
  const url = proxyUrl(proxy.server);
  if (!url) return; // refused before
  const problem = await findProblem(url, proxy);
  if (problem)
    throw refused('The proxy of this session cannot be used', [
      { path: `proxies.0.${problem.field}`, message: problem.message },
    ]);
}

async function findProblem(url: URL, proxy: ExternalProxy): Promise<ProxyProblem | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    if (url.protocol.startsWith('socks')) return await askSocks(url, signal);
    const status = await askHttp({ method: 'CONNECT', path: TARGET }, url, { proxy, signal });
    if (!NO_TUNNELS.has(status)) return judge(status, url, proxy);
    const page = { method: 'HEAD', path: `http://${TARGET}/` }; // as the browser does for `http:`
    return judge(await askHttp(page, url, { proxy, signal }), url, proxy);
  } catch (error) {
    const code = codeOf(error);
    if (String(code).startsWith('HPE_')) return noProxy(url, 'an HTTP');
    const what = signal.aborted
      ? `did not answer within ${TIMEOUT_MS} ms`
      : `cannot be reached (${String(code ?? error)})`;
    return {
      field: 'server',
      message: `${url.host} ${what}; check host, port and scheme, and that this machine may connect to it`,
    };
  }
}

/**
 * The status of the answer; 0 if the proxy closes the connection without one. Without a password to protect, the certificate is for the
 * browser to check: it may trust other authorities than Node does.
 */
async function askHttp(
  target: { method: string; path: string },
  url: URL,
  { proxy, signal }: { proxy: ExternalProxy; signal: AbortSignal },
): Promise<number> {
  const { username, password = '' } = proxy;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send({
    ...endpointOf(url),
    ...target,
    agent: false,
    rejectUnauthorized: username !== undefined,
    signal,
    headers: {
      host: TARGET,
      ...(username !== undefined && {
        'proxy-authorization': basicAuthorization(username, password),
      }),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    request.once('response', ({ statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
    request.on('error', (error) => {
      if (codeOf(error) === 'ECONNRESET') resolve(0);
      else reject(error);
    });
    request.end();
  });
}

/** Every status but 407 is fine: the proxy need not reach the target. */
function judge(status: number, url: URL, { username }: ExternalProxy): ProxyProblem | undefined {
  if (status === 0) return noProxy(url, 'an HTTP');
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

async function askSocks(url: URL, signal: AbortSignal): Promise<ProxyProblem | undefined> {
  const isSocks5 = url.protocol === 'socks5:';
  const socket = connect({ host: hostOf(url), port: Number(url.port) || 1080, signal });
  socket.write(isSocks5 ? SOCKS5_HELLO : SOCKS4_CONNECT);
  let answer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length >= 2) break;
  }
  const [version, code = 0] = answer;
  if (!isSocks5)
    return version === 0 && code >= 90 && code <= 93 ? undefined : noProxy(url, 'a SOCKS4');
  if (version !== 5) return noProxy(url, 'a SOCKS5');
  if (code === 0) return undefined;
  return {
    field: 'server',
    message: `${url.host} requires a password, and Chromium cannot sign in to a SOCKS proxy; use an HTTP proxy`,
  };
}

function noProxy({ host }: URL, kind: string): ProxyProblem {
  return {
    field: 'server',
    message: `the server at ${host} does not answer like ${kind} proxy; check port and scheme`,
  };
}
