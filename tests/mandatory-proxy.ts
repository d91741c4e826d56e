/** The only way out of a closed network: an HTTP proxy that wants a password. Behind it lies one server, by whatever name it is asked for. */
import { createServer, request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

const CREDENTIALS = 'someone:proxy-secret';

/** A proxy that runs. */
export interface MandatoryProxy {
  /** As the environment names it, with its password. */
  url: string;
  /** What was asked of it: method and target. */
  asked: string[];
  /** From now on it answers every `CONNECT` with this status; 0: not at all. */
  refuse(status: number): void;
  /** Connections that are open: of its clients, and its own. */
  open(): number;
  close(): Promise<void>;
}

/** Starts it before what listens on this port of this machine. The caller closes it. */
export async function startMandatoryProxy(port: number): Promise<MandatoryProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let refusal: number | undefined;
  const letsIn = (header: string | undefined): boolean =>
    header === `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
  const proxy = createServer((incoming, answer) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    if (!letsIn(incoming.headers['proxy-authorization'])) return void answer.writeHead(407).end();
    const { pathname, search } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const path = `${pathname}${search}`;
    const passed = request({ port, host: '127.0.0.1', method, headers, path }, (response) => {
      answer.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  proxy.on('connect', ({ url, headers }, client: Socket) => {
    asked.push(`CONNECT ${url ?? ''}`);
    if (refusal === 0) return client.resume().once('end', () => client.destroy());
    if (refusal !== undefined) return client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    if (!letsIn(headers['proxy-authorization']))
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const passed = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      passed.pipe(client).pipe(passed);
    });
    sockets.add(passed);
    for (const socket of [passed, client]) socket.on('error', () => socket.destroy());
    client.once('close', () => passed.destroy());
    return undefined;
  });
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://${CREDENTIALS}@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    refuse: (status) => (refusal = status),
    open: () => [...sockets].filter((socket) => !socket.destroyed).length,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
