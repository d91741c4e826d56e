/** Attacks by clients with team B's key, or with links of team B. */
import { randomBytes } from 'node:crypto';
import { repeat, together, type Attack, type Scene } from './attack';
import { drip, open, openWebSocket, over } from './sockets';

function client(name: string, run: Attack['run']): Attack {
  return { name, by: 'client', run };
}

async function note(scene: Scene, notes: object[]): Promise<void> {
  await scene.call('POST', `/sessions/${scene.session.session_id}/viewer/notes`, {
    body: { now_ms: Date.now(), notes },
  });
}

function bearer({ keyB }: Scene): string {
  return `Host: 127.0.0.1\r\nAuthorization: Bearer ${keyB}\r\n`;
}

/** The viewer's token of team B's session, as its link has it. */
function viewerQuery({ session }: Scene): string {
  return new URL(session.viewer_url).search;
}

function viewerPath({ session }: Scene): string {
  return `/sessions/${session.session_id}/viewer`;
}

async function asViewer(scene: Scene, path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(`${scene.url}${viewerPath(scene)}${path}${viewerQuery(scene)}`, {
    ...init,
    signal: scene.signal,
  });
  await answer.arrayBuffer();
  return answer;
}

async function execute(scene: Scene, body: object): Promise<unknown> {
  return scene.call('POST', `/sessions/${scene.session.session_id}/page/execute`, { body });
}

/** A session of team B that is over, with notes of so many tests. */
async function endedSession(scene: Scene, tests: number): Promise<Scene> {
  const { body } = await scene.call('POST', '/sessions/start', { body: {} });
  const ended = { ...scene, session: body as unknown as Scene['session'] };
  const pairs = Array.from({ length: tests }, (_, n) => [
    { title: `test ${n}` },
    { outcome: 'passed' },
  ]);
  await note(ended, pairs.flat());
  await scene.call('DELETE', `/sessions/${ended.session.session_id}/stop`);
  return ended;
}

const DEEP_JSON = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

export const CLIENTS: readonly Attack[] = [
  client('notes: titles of 3.9 MB', async (scene) =>
    repeat(scene, 40, async (n) => note(scene, [{ title: `${n}${'t'.repeat(3_900_000)}` }])),
  ),
  client('notes: 20,000 tests', async (scene) =>
    repeat(scene, 20, async (n) =>
      note(
        scene,
        Array.from({ length: 1_000 }, (_, k) => ({ title: `test ${n * 1_000 + k}` })),
      ),
    ),
  ),
  client('notes: steps of 3 KB, 1,000 a call', async (scene) =>
    repeat(scene, 15, async (n) =>
      note(scene, [
        { title: `steps ${n}` },
        ...Array.from({ length: 900 }, (_, k) => ({
          ...{ step: 's'.repeat(3_000), id: `${n}-${k}`, at_ms: Date.now() },
          ...{ duration_ms: 1, place: 'p'.repeat(1_000), has_failed: false },
        })),
      ]),
    ),
  ),
  client('deep JSON', async (scene) =>
    repeat(scene, 10, async () => scene.call('POST', '/sessions/start', { body: DEEP_JSON })),
  ),
  client('JSON of 4 MB with 300,000 fields', async (scene) =>
    repeat(scene, 5, async () =>
      scene.call('POST', '/sessions/start', {
        body: Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`f${n}`, n])),
      }),
    ),
  ),
  client('__proto__ and constructor as fields', async (scene) =>
    repeat(scene, 50, async () =>
      scene.call('POST', '/sessions/start', {
        body: '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}',
      }),
    ),
  ),
  client('100 wall tickets', async (scene) =>
    together(100, async () => scene.call('POST', '/viewer/tickets')),
  ),
  client('300 clip requests of one viewer', async (scene) => {
    const ended = await endedSession(scene, 5);
    await together(300, async (n) =>
      asViewer(ended, `/tests/${n % 5}/clip`, { method: 'POST', body: '{}' }),
    );
  }),
  client('the story of a replay, 100 times', async (scene) => {
    const ended = await endedSession(scene, 499);
    await repeat(ended, 10, async () => together(10, async () => asViewer(ended, '/story')));
  }),
  client('viewers: 40 sockets that read nothing', async (scene) => {
    const path = `${scene.url.replace('http', 'ws')}${viewerPath(scene)}/live${viewerQuery(scene)}`;
    await together(40, async () => (await openWebSocket(path, scene)).pause());
    await over(scene.signal);
  }),
  client('viewers: wrong frames', async (scene) => {
    const path = `${scene.url.replace('http', 'ws')}${viewerPath(scene)}/live${viewerQuery(scene)}`;
    await repeat(scene, 20, async () => {
      const socket = await openWebSocket(path, scene);
      socket.send('{"type":'.repeat(1_000));
      socket.send(randomBytes(100_000));
      socket.send(JSON.stringify({ type: 'mouse', x: 'NaN', y: {} }));
      socket.terminate();
    });
  }),
  client('CDP: a frame that never ends', async (scene) => {
    const socket = await openWebSocket(scene.session.cdp_url, scene);
    for (let n = 0; n < 40; n++) socket.send('x'.repeat(1_000_000), { fin: false });
    await over(scene.signal);
  }),
  client('CDP: bytes that are no frame', async (scene) => {
    const { pathname, search } = new URL(scene.session.cdp_url);
    const head = `GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    await repeat(scene, 20, async () => {
      const socket = await open(scene, head);
      socket.write(randomBytes(200_000));
    });
  }),
  client('CDP: 2,000 calls that nobody waits for', async (scene) => {
    const socket = await openWebSocket(scene.session.cdp_url, scene);
    for (let id = 1; id <= 2_000; id++)
      socket.send(JSON.stringify({ id, method: 'Target.getTargets' }));
    await over(scene.signal);
  }),
  client('CDP: 30 connections at once', async (scene) => {
    await together(30, async () => openWebSocket(scene.session.cdp_url, scene));
    await over(scene.signal);
  }),
  client('Playwright protocol: nonsense', async (scene) => {
    const url = scene.session.cdp_url.replace('/cdp', '/playwright');
    await repeat(scene, 10, async () => {
      const socket = await openWebSocket(url, scene);
      for (let n = 0; n < 50; n++) socket.send(JSON.stringify({ id: n, guid: 'x', method: 'y' }));
    });
  }),
  client('actions: a script that does not end', async (scene) =>
    together(5, async () =>
      execute(scene, {
        type: 'evaluate_js',
        code: 'for (const t = Date.now() + 4000; Date.now() < t;);',
      }),
    ),
  ),
  client('actions: a result of 100 MB', async (scene) =>
    repeat(scene, 3, async () =>
      execute(scene, { type: 'evaluate_js', code: '"r".repeat(100 * 2 ** 20)' }),
    ),
  ),
  client('actions: text of 3.9 MB', async (scene) =>
    repeat(scene, 5, async () =>
      execute(scene, { type: 'fill', selector: 'body', value: 'f'.repeat(3_900_000) }),
    ),
  ),
  client('actions: selectors that blow up', async (scene) =>
    repeat(scene, 10, async () =>
      execute(scene, { type: 'click', selector: `${':is('.repeat(2_000)}a${')'.repeat(2_000)}` }),
    ),
  ),
  client('cookies: 5,000', async (scene) =>
    repeat(scene, 3, async (n) =>
      scene.call('POST', `/sessions/${scene.session.session_id}/cookies`, {
        body: {
          cookies: Array.from({ length: 5_000 }, (_, k) => ({
            ...{ name: `c${n}-${k}`, value: 'v'.repeat(300), domain: `d${k}.test`, path: '/' },
          })),
        },
      }),
    ),
  ),
  client('uploads that break off, and hidden names', async (scene) =>
    repeat(scene, 40, async (n) => {
      const names = ['..%2f..%2fx', '.hidden', 'con', 'n'.repeat(300), '%00'];
      const socket = await open(
        scene,
        `POST /storage/uploads/${names[n % names.length]} HTTP/1.1\r\n${bearer(scene)}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf`,
      );
      socket.destroy();
    }),
  ),
  client('an upload without end', async (scene) => {
    const head = `POST /storage/uploads/endless HTTP/1.1\r\n${bearer(scene)}Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const first = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
    const socket = await open(scene, `${head}${first.length.toString(16)}\r\n${first}\r\n`);
    const chunk = `10000\r\n${'u'.repeat(0x10000)}\r\n`;
    await drip(socket, scene, { everyMs: 5, piece: () => chunk });
  }),
  client('a form of 5,000 parts', async (scene) => {
    const part = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n';
    const body = `${part.repeat(5_000)}--b--\r\n`;
    await repeat(scene, 10, async () =>
      open(
        scene,
        `POST /storage/uploads/x HTTP/1.1\r\n${bearer(scene)}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
  }),
  client('profiles: 60, with nonsense', async (scene) =>
    repeat(scene, 60, async (n) => {
      const { body } = await scene.call('POST', '/profiles/create', {
        body: { name: `${'p'.repeat(3_000)}${n}` },
      });
      const id = String(body['profile_id']);
      await scene.call('POST', `/profiles/${id}/cookies`, { body: { cookies: 'none' } });
      await scene.call('DELETE', `/profiles/${id}`);
    }),
  ),
  client('starts that ask for nonsense', async (scene) =>
    repeat(scene, 30, async () =>
      scene.call('POST', '/sessions/start', {
        body: { chrome_args: ['-user-data-dir=/tmp/x'.repeat(100)], proxies: [{ type: 'x' }] },
      }),
    ),
  ),
  client('20 starts at once that are left', async (scene) => {
    const left = new AbortController();
    const starting = together(20, async () =>
      fetch(`${scene.url}/sessions/start`, {
        ...{ method: 'POST', body: '{}', signal: left.signal },
        headers: { authorization: `Bearer ${scene.keyB}`, 'content-type': 'application/json' },
      }),
    );
    setTimeout(() => left.abort(), 300);
    await starting;
  }),
  client('HAR of everything so far, 30 times', async (scene) =>
    repeat(scene, 30, async () =>
      scene.call('GET', `/sessions/${scene.session.session_id}/network/logs`),
    ),
  ),
  client('workflow code, 30 times', async (scene) =>
    repeat(scene, 30, async () =>
      scene.call('GET', `/sessions/${scene.session.session_id}/workflow/code?as_workflow=true`),
    ),
  ),
  client('lists with wild queries', async (scene) =>
    repeat(scene, 60, async (n) =>
      scene.call('GET', `/sessions?page=${n * 1e9}&page_size=${n * 1e12}&x=${'q'.repeat(8_000)}`),
    ),
  ),
  client('signed URLs with another name', async (scene) => {
    const form = new FormData();
    form.append('file', new Blob(['mine']), 'mine.txt');
    const headers = { authorization: `Bearer ${scene.keyB}` };
    await fetch(`${scene.url}/storage/uploads/mine.txt`, { method: 'POST', body: form, headers });
    const { body } = await scene.call('GET', '/storage/uploads/mine.txt');
    const link = Object.values(body).find((it) => String(it).startsWith('http'));
    for (const name of ['theirs.txt', '..%2fkeys.json', 'mine.txt%00']) {
      const answer = await fetch(String(link).replace('mine.txt', name), { signal: scene.signal });
      if (answer.ok) scene.leak(`the file ${name} by the signature of another`);
    }
  }),
  client('what belongs to team A', async (scene) => {
    for (const id of await scene.victims()) {
      const reads = ['', '/cookies', '/debug', '/network/logs', '/workflow/code', '/replay'];
      for (const end of reads) await forbidden(scene, 'GET', `/sessions/${id}${end}`);
      await forbidden(scene, 'POST', `/sessions/${id}/page/screenshot`);
      await forbidden(scene, 'POST', `/sessions/${id}/page/scrape`);
      await forbidden(scene, 'POST', `/sessions/${id}/viewer/notes`);
      await forbidden(scene, 'GET', `/storage/${id}/downloads`);
      await forbidden(scene, 'DELETE', `/sessions/${id}/stop`);
      const story = `/sessions/${id}/viewer/story${viewerQuery(scene)}`;
      if ((await fetch(scene.url + story, { signal: scene.signal })).ok)
        scene.leak(`the story of ${id} by the link of another session`);
    }
  }),
];

async function forbidden(scene: Scene, method: string, path: string): Promise<void> {
  const { status } = await scene.call(method, path, method === 'POST' ? { body: {} } : {});
  if (status < 400) scene.leak(`${method} ${path} with the key of team B: ${status}`);
}
