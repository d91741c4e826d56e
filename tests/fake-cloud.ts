/**
 * A browser cloud for tests: HTTP to start, stop and list real Chromiums, and a CDP endpoint for each that requires a token and a header.
 * It can misbehave like a real one. Its provider module is {@link PROVIDER}.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJsonBody } from 'node:stream/consumers';
import { launchChromium, type BrowserProcess } from '../src/browser/chromium';

/** The account's key. No message, log or report may show it. */
export const CLOUD_KEY = 'fake-cloud-key-6f1e';
/** The header that each WebSocket must send. */
const CDP_HEADER = 'x-cloud-pass';

/** A provider module for this cloud, which reads `FAKE_CLOUD_URL` and `FAKE_CLOUD_KEY`. Its option `without` removes methods. */
export const PROVIDER = `
const call = async (method, path, { body, signal } = {}) => {
  const answer = await fetch(process.env.FAKE_CLOUD_URL + path, {
    method, signal, headers: { authorization: 'Bearer ' + process.env.FAKE_CLOUD_KEY },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.ok || (method === 'DELETE' && answer.status === 404)) return text ? JSON.parse(text) : undefined;
  const error = new Error(method + ' ' + path + ' was answered with ' + answer.status + ': ' + text + ' (key ' + process.env.FAKE_CLOUD_KEY + ')');
  if (answer.status === 429) error.retryAfterMs = 1000 * Number(answer.headers.get('retry-after'));
  throw error;
};
export default ({ without = [], ...options } = {}) => {
  const provider = {
    name: 'fake cloud',
    start: (request, signal) => call('POST', '/browsers', { body: { ...request, options }, signal }),
    stop: (id, signal) => call('DELETE', '/browsers/' + id, { signal }),
    list: (signal) => call('GET', '/browsers', { signal }),
  };
  for (const name of without) delete provider[name];
  return provider;
};
`;

/** What becomes of the next starts. */
export type BadStart = 'hangs' | 'refuses' | 'is full' | 'answers late' | 'dead url' | 'no url';

/** A browser that runs there. */
export interface CloudBrowser {
  id: string;
  mark: string;
  browser: BrowserProcess;
  /** What `start` was called with. */
  request: Record<string, unknown>;
}

/** How long an answer that comes late takes, in milliseconds. */
const LATE_MS = 3_000;

/** A cloud in this process. */
export class FakeCloud {
  readonly browsers = new Map<string, CloudBrowser>();
  /** Methods and paths of all calls. */
  readonly calls: string[] = [];
  /** What becomes of the next starts, one after the other. */
  readonly badStarts: BadStart[] = [];
  /** How many of the next stops fail. */
  failingStops = 0;
  /** Most browsers at once. */
  capacity = Infinity;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#join(request, socket, head),
    );
  }

  static async open(): Promise<FakeCloud> {
    const cloud = new FakeCloud();
    await new Promise<void>((done) => cloud.#server.listen(0, '127.0.0.1', done));
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What its provider module needs. */
  get env(): Record<string, string> {
    return { FAKE_CLOUD_URL: this.url, FAKE_CLOUD_KEY: CLOUD_KEY };
  }

  /** How often a method was called on paths like this. */
  count(call: RegExp): number {
    return this.calls.filter((it) => call.test(it)).length;
  }

  /** Cuts all connections to browsers, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async end(id: string): Promise<void> {
    const found = this.browsers.get(id);
    this.browsers.delete(id);
    await found?.browser.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.browsers.keys()].map(async (id) => this.end(id)));
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.calls.push(`${method} ${url}`);
    const answer = (status: number, body: unknown, headers = {}): void => {
      response.writeHead(status, headers).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${CLOUD_KEY}`) {
      answer(401, { error: 'wrong key' });
      return;
    }
    if (method === 'GET') {
      answer(
        200,
        [...this.browsers.values()].map(({ id, mark }) => ({ id, mark })),
      );
      return;
    }
    if (method === 'DELETE') {
      if (this.failingStops-- > 0) {
        answer(500, { error: 'try later' });
        return;
      }
      await this.end(url.replace(/.*\//, ''));
      answer(200, {});
      return;
    }
    return this.#start((await readJsonBody(request)) as Record<string, unknown>, answer);
  }

  async #start(
    request: Record<string, unknown>,
    answer: (status: number, body: unknown, headers?: object) => void,
  ): Promise<void> {
    const bad = this.badStarts.shift();
    if (bad === 'hangs') return;
    if (bad === 'refuses') {
      answer(500, { error: 'no luck' });
      return;
    }
    if (bad === 'is full' || this.browsers.size >= this.capacity) {
      answer(429, { error: 'no browser free' }, { 'retry-after': '1' });
      return;
    }
    const id = randomUUID();
    const userDataDir = await mkdtemp(join(tmpdir(), 'sw-fake-cloud-'));
    const browser = await launchChromium({ userDataDir, headless: request['headless'] === true });
    void browser.exited.then(async () => {
      this.browsers.delete(id);
      await rm(userDataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
    this.browsers.set(id, { id, mark: String(request['mark']), browser, request });
    const path = bad === 'dead url' ? 'dead' : `cdp/${id}`;
    const cdpUrl = `${this.url.replace('http', 'ws')}/${path}?token=${CLOUD_KEY}`;
    const viewerUrl = `${this.url}/watch/${id}`;
    const send = (): void =>
      answer(200, {
        id,
        ...(bad !== 'no url' && { cdpUrl }),
        headers: { [CDP_HEADER]: CLOUD_KEY },
        viewerUrl,
      });
    if (bad === 'answers late') setTimeout(send, LATE_MS);
    else send();
  }

  /** Connects a client to its browser. */
  #join({ url = '', headers, rawHeaders }: IncomingMessage, client: Socket, head: Buffer): void {
    const { pathname, searchParams } = new URL(url, this.url);
    const found = this.browsers.get(pathname.replace('/cdp/', ''));
    const isAllowed = searchParams.get('token') === CLOUD_KEY && headers[CDP_HEADER] === CLOUD_KEY;
    client.on('error', () => undefined);
    if (!found || !isAllowed) {
      client.end(`HTTP/1.1 ${isAllowed ? '404 Not Found' : '401 Unauthorized'}\r\n\r\n`);
      return;
    }
    const { port, pathname: path } = new URL(found.browser.cdpUrl ?? '');
    const server = connect(Number(port), '127.0.0.1', () => {
      const lines = rawHeaders.map((it, n) => (n % 2 ? `${it}\r\n` : `${it}: `)).join('');
      server.write(`GET ${path} HTTP/1.1\r\n${lines}\r\n`);
      server.write(head);
      client.pipe(server).pipe(client);
    });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
  }
}
