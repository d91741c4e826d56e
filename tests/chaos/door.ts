/** What stands between a run and its session API: it passes everything on, until it is told to do it badly. */
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** What can become of a request. */
export type BadAnswer = '429' | '500' | '529' | 'garbage' | 'nothing' | 'twice' | 'lost';

/** A request that was answered badly. */
export interface BadlyAnswered {
  how: BadAnswer;
  /** Method and path. */
  request: string;
  /** When it came; by this machine's clock, in milliseconds. */
  atMs: number;
}

/** A WebSocket that leads through it. */
interface Passage {
  path: string;
  client: Socket;
  server: Socket;
}

/** How long nothing is answered before the connection is closed, in milliseconds. */
const SILENCE_MS = 8_000;
/** What a slow network adds, in milliseconds. */
const SLOW_MS = 200;

/** A door that can be broken. */
export class Door {
  /** Port of the server behind it. */
  target = 0;
  readonly #server: Server;
  readonly #passages = new Set<Passage>();
  #bad: BadAnswer[] = [];
  readonly #answered: BadlyAnswered[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) =>
      this.#join(request, client, head),
    );
  }

  static async open(): Promise<Door> {
    const door = new Door();
    await new Promise<void>((done) => door.#server.listen(0, '127.0.0.1', done));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests are answered so. */
  answerBadly(how: BadAnswer, times: number): void {
    this.#bad.push(...Array.from({ length: times }, () => how));
  }

  /** Requests are answered well again. */
  mend(): void {
    this.#bad = [];
  }

  /** Those that were answered so, since then. */
  badlyAnswered(how: BadAnswer, sinceMs: number): BadlyAnswered[] {
    return this.#answered.filter((it) => it.how === how && it.atMs >= sinceMs);
  }

  /** The sockets of a session. */
  passages(session: string): Passage[] {
    return [...this.#passages].filter(({ path }) => path.includes(session));
  }

  close(): void {
    for (const { client, server } of this.#passages) [client, server].map((it) => it.destroy());
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const how = this.#bad.shift();
    const { method = 'GET', url = '' } = request;
    if (how) this.#answered.push({ how, request: `${method} ${url}`, atMs: Date.now() });
    const body = await bodyOf(request);
    if (how === 'nothing') {
      setTimeout(() => request.socket.destroy(), SILENCE_MS).unref();
      return;
    }
    if (how === 'garbage') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Wonderful</h1>');
      return;
    }
    if (how === '429' || how === '500' || how === '529') {
      response
        .writeHead(Number(how), { 'content-type': 'application/json', 'retry-after': '1' })
        .end('{"message":"chaos"}');
      return;
    }
    if (how === 'twice') this.#forward(request, body, () => undefined);
    this.#forward(request, body, (answer) => {
      if (!answer || how === 'lost') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
  }

  #forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    done: (answer?: IncomingMessage) => void,
  ): void {
    const sent = forward(
      { host: '127.0.0.1', port: this.target, method, path: url, headers, agent: false },
      (answer) => {
        done(answer);
        answer.on('error', () => undefined).resume();
      },
    );
    sent.on('error', () => done());
    sent.end(body);
  }

  #join({ method, url = '', rawHeaders }: IncomingMessage, client: Socket, head: Buffer): void {
    const server = connect(this.target, '127.0.0.1', () => {
      const headers = rawHeaders.map((it, n) => (n % 2 ? `${it}\r\n` : `${it}: `)).join('');
      server.write(`${method ?? 'GET'} ${url} HTTP/1.1\r\n${headers}\r\n`);
      server.write(head);
      client.pipe(server).pipe(client);
    });
    const passage = { path: url, client, server };
    this.#passages.add(passage);
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#passages.delete(passage);
        client.destroy();
        server.destroy();
      });
    }
  }
}

/** Nothing goes through any more, and nobody is told. */
export function halfOpen({ client, server }: Passage): void {
  client.unpipe(server).pause();
  server.unpipe(client).pause();
}

/** Everything takes longer from now on. */
export function slowDown({ client, server }: Passage): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.unpipe(to); // which pauses it
    from.on('data', (chunk: Buffer) => setTimeout(() => to.destroyed || to.write(chunk), SLOW_MS));
    from.resume();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
