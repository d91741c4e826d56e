/** Attacks by callers without a key, from this machine's own address. */
import { randomBytes } from 'node:crypto';
import { repeat, together, type Attack, type Scene } from './attack';
import { drip, hold, open, openWebSocket, over, send } from './sockets';

const HOST = 'Host: 127.0.0.1\r\n';

function stranger(name: string, run: Attack['run']): Attack {
  return { name, by: 'stranger', run };
}

/** The start of a request whose body is never complete. */
function unfinished(path: string, bytes: number): string {
  return `POST ${path} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
}

const UPGRADE = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

async function upgrade(scene: Scene, path: string, more = ''): Promise<void> {
  const answer = await send(scene, `GET ${path} HTTP/1.1\r\n${HOST}${UPGRADE}${more}\r\n`);
  if (answer.startsWith('HTTP/1.1 101')) scene.leak(`a WebSocket of ${path} without a token`);
}

/** Asks for something that takes a key; the answer must not be a success. */
async function ask(scene: Scene, path: string, init: RequestInit = {}): Promise<void> {
  const answer = await fetch(scene.url + path, { ...init, signal: scene.signal });
  await answer.body?.cancel();
  if (answer.ok) scene.leak(`${init.method ?? 'GET'} ${path} without a key: ${answer.status}`);
}

export const STRANGERS: readonly Attack[] = [
  stranger('300 unfinished POST /viewer/passes of 4 MB', async (scene) => {
    const head = unfinished('/viewer/passes', 4_000_000);
    const part = 'p'.repeat(3_900_000);
    await together(300, async () => (await open(scene, head)).write(part));
    await over(scene.signal);
  }),
  stranger('220 silent connections', async (scene) => hold(scene, 220, '')),
  stranger('150 requests without their last header', async (scene) =>
    hold(scene, 150, `GET /health HTTP/1.1\r\n${HOST}`),
  ),
  stranger('headers that come one byte at a time', async (scene) =>
    together(60, async () => {
      const socket = await open(scene, `GET /health HTTP/1.1\r\n${HOST}X-Slow: `);
      await drip(socket, scene, { everyMs: 100, piece: () => 'x' });
    }),
  ),
  stranger('bodies that come one byte at a time', async (scene) =>
    together(60, async () => {
      const socket = await open(scene, unfinished('/sessions/start', 4_000_000));
      await drip(socket, scene, { everyMs: 100, piece: () => ' ' });
    }),
  ),
  stranger('bodies of 50 MB', async (scene) =>
    together(4, async () => {
      const socket = await open(scene, unfinished('/sessions/start', 50_000_000));
      const piece = Buffer.alloc(500_000, 'b');
      await drip(socket, scene, { everyMs: 20, piece: () => piece });
    }),
  ),
  stranger('an upload without end', async (scene) => {
    const socket = await open(
      scene,
      `POST /storage/uploads/x HTTP/1.1\r\n${HOST}Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `4000\r\n${'c'.repeat(0x4000)}\r\n`;
    await drip(socket, scene, { everyMs: 5, piece: () => chunk });
  }),
  stranger('headers of 1 MB', async (scene) =>
    repeat(scene, 30, async () =>
      send(scene, `GET /health HTTP/1.1\r\n${HOST}X-Big: ${'h'.repeat(1_000_000)}\r\n\r\n`),
    ),
  ),
  stranger('10,000 headers', async (scene) =>
    repeat(scene, 20, async () =>
      send(scene, `GET /health HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(10_000)}\r\n`),
    ),
  ),
  stranger('bytes that are no HTTP', async (scene) =>
    repeat(scene, 200, async () => send(scene, randomBytes(2_000))),
  ),
  stranger('two lengths, and requests within requests', async (scene) =>
    repeat(scene, 100, async () =>
      send(
        scene,
        `POST /viewer/passes HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /sessions HTTP/1.1\r\n${HOST}\r\n`,
      ),
    ),
  ),
  stranger('GET /openapi.json 50 times at once', async (scene) =>
    repeat(scene, 3, async () =>
      together(50, async () =>
        (await fetch(`${scene.url}/openapi.json`, { signal: scene.signal })).arrayBuffer(),
      ),
    ),
  ),
  stranger('the viewer page and its script 300 times', async (scene) =>
    repeat(scene, 10, async () =>
      together(30, async () => (await fetch(scene.url, { signal: scene.signal })).arrayBuffer()),
    ),
  ),
  stranger('1,000 keys guessed', async (scene) =>
    repeat(scene, 40, async (n) =>
      together(25, async (k) =>
        ask(scene, '/sessions', { headers: { authorization: `Bearer guess-${n}-${k}` } }),
      ),
    ),
  ),
  stranger('a key of 16 KB', async (scene) =>
    repeat(scene, 50, async () =>
      ask(scene, '/sessions', { headers: { authorization: `Bearer ${'k'.repeat(15_000)}` } }),
    ),
  ),
  stranger('500 wall tickets guessed', async (scene) =>
    repeat(scene, 25, async () =>
      together(20, async (k) =>
        ask(scene, '/viewer/passes', { method: 'POST', body: JSON.stringify({ ticket: `t${k}` }) }),
      ),
    ),
  ),
  stranger('upgrades that never end', async (scene) =>
    hold(scene, 120, `GET /sessions/connect HTTP/1.1\r\n${HOST}${UPGRADE}`),
  ),
  stranger('WebSockets without a token', async (scene) => {
    const victims = await scene.victims();
    await repeat(scene, 30, async (n) => {
      const id = victims[n % Math.max(1, victims.length)] ?? 'none';
      for (const end of [
        'cdp',
        'cdp?token=x',
        'viewer/live?token=',
        'debug/recording',
        'playwright',
      ])
        await upgrade(scene, `/sessions/${id}/${end}`);
    });
  }),
  stranger('upgrades with wrong versions and keys', async (scene) =>
    repeat(scene, 100, async (n) =>
      upgrade(scene, '/sessions/connect', `Sec-WebSocket-Protocol: ${'p,'.repeat(n * 50)}x\r\n`),
    ),
  ),
  stranger('another site as the origin', async (scene) =>
    repeat(scene, 50, async () =>
      ask(scene, '/sessions', { headers: { origin: 'https://evil.test' } }),
    ),
  ),
  stranger('paths that climb', async (scene) => {
    const paths = [
      '/viewer/..%2f..%2fetc%2fpasswd',
      '/storage/uploads/..%2f..%2fkeys.json/content',
    ];
    const all = [...paths, '/../../etc/passwd', '/viewer/%00', `/${'%2e%2e/'.repeat(300)}x`];
    await repeat(scene, 100, async (n) => {
      const path = all[n % all.length] ?? '/';
      const answer = await send(scene, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
      if (/root:|signing_key/.test(answer)) scene.leak(`a file by ${path}`);
    });
  }),
  stranger('signed URLs that were made up', async (scene) => {
    const victims = await scene.victims();
    await repeat(scene, 60, async (n) => {
      const id = victims[n % Math.max(1, victims.length)] ?? 'none';
      const query = `expires=${Date.now() + 1e6}&signature=${'a'.repeat(64)}`;
      for (const end of ['replay.mp4', 'network/logs/0', 'tests/0/clip.mp4'])
        await ask(scene, `/sessions/${id}/${end}?${query}`);
    });
  }),
  stranger('a connection by a WebSocket with a guessed key', async (scene) =>
    repeat(scene, 30, async (n) => {
      const url = `${scene.url.replace('http', 'ws')}/sessions/connect?token=guess-${n}`;
      await openWebSocket(url, scene);
      scene.leak('a session for a guessed key');
    }),
  ),
];
