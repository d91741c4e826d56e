/** A line to a server that can be cut, and mended: what a network does to those who watch. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One line. */
export class CutLine {
  readonly #toPort: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(toPort: number) {
    this.#toPort = toPort;
  }

  /** @param url of the server that it leads to */
  static async open(url: string): Promise<CutLine> {
    const line = new CutLine(Number(new URL(url).port));
    await line.mend();
    return line;
  }

  /** The same URL, through the line. */
  through(url: string): string {
    return url.replace(`:${this.#toPort}`, `:${this.#port}`);
  }

  /** Connections break, and no new ones are taken. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Nothing comes through the connections that there are, and nobody is told: as when a laptop changes its network. New ones work. */
  hush(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  async mend(): Promise<void> {
    const server = createServer((client) => this.#join(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #join(client: Socket): void {
    const far = connect(this.#toPort, '127.0.0.1');
    client.pipe(far).pipe(client);
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => one.destroy());
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
