/** Somebody looks at a suite and stops reading in the middle of it: the tests go on, and no pictures gather for them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SessionsClient } from '../../src/client/index';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { Project, resultsOf } from '../e2e/support/project';

const MB = 1024 * 1024;
/** So much is shown to whoever reads: far more than the system holds for a connection that nobody reads from. */
const SHOWN_BYTES = 60 * MB;
/** What may wait for one who does not read: the buffers of the system at both ends, and a picture. */
const WAITING_BYTES = 20 * MB;
const TESTS = 3;

let server: SessionServer;
let project: Project;
/** Whom tests ask whether to go on. */
let gate: Server;
let watched: Watched | undefined;

beforeEach(async () => {
  [asked, watched, partsDone] = [undefined, undefined, 0];
  server = await startSessionServer({ recording: 'on-demand' });
  gate = createServer((_, response) => void answer().then((text) => response.end(text)));
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
});
afterEach(async () => {
  watched?.reader.terminate();
  watched?.stalled.destroy();
  gate.closeAllConnections();
  gate.close();
  await server.close();
  await project.remove();
});

/** Two who look at the session: one that reads, and one that does not. */
interface Watched {
  reader: WebSocket;
  readBytes: number;
  stalled: Socket;
}

/** The first test waits until it is looked at, each until its part was shown. */
let asked: Promise<Watched> | undefined;
let partsDone = 0;
async function answer(): Promise<string> {
  asked ??= look();
  watched = await asked;
  if (watched.readBytes < ((partsDone + 1) / TESTS) * SHOWN_BYTES) return 'more';
  partsDone += 1;
  return 'enough';
}

async function look(): Promise<Watched> {
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  const [session] = (await client.list({ status: 'active' })).items;
  await client.close();
  const { pathname, search, port } = new URL(session?.viewerUrl ?? '');
  const path = `${pathname}/live${search}`;
  const reader = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const stalled = connect(Number(port), '127.0.0.1');
  await Promise.all([once(reader, 'open'), once(stalled, 'connect')]);
  stalled
    .pause()
    .write(
      `GET ${path} HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${'A'.repeat(22)}==\r\n\r\n`,
    );
  const both = { reader, readBytes: 0, stalled };
  reader.on('message', (data: Buffer) => (both.readBytes += data.length));
  return both;
}

test('a stalled viewer does not stop the suite, and its buffer stays small', async () => {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': `
        import { test } from 'sessionwright';
        for (let nth = 1; nth <= ${TESTS}; nth++) test('noise ' + nth, async ({ page }) => {
          await page.setContent('<body style="margin: 0"><canvas width="1280" height="720">');
          do await page.evaluate(async () => {
            const canvas = document.querySelector('canvas');
            const pixels = new ImageData(1280, 720);
            for (let picture = 0; picture < 10; picture++) {
              const words = new Uint32Array(pixels.data.buffer);
              for (let at = 0; at < words.length; at++) words[at] = Math.random() * 0xffffff | 0xff000000;
              canvas.getContext('2d').putImageData(pixels, 0, 0);
              await new Promise(requestAnimationFrame);
            }
          });
          while (await (await fetch(process.env.GATE)).text() === 'more');
        });`,
    },
    {
      NOTTE_API_URL: server.url,
      NOTTE_API_KEY: server.apiKey,
      GATE: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    },
  );
  const { exitCode, output, report } = await project.run(['--timeout=240000']);
  expect(exitCode, output).toBe(0);
  expect(resultsOf(report).size).toBe(TESTS);
  if (!watched) throw new Error('Nobody has looked.');
  expect(watched.readBytes).toBeGreaterThan(SHOWN_BYTES);
  const { stalled } = watched;
  let waitingBytes = 0;
  stalled.on('data', (data) => (waitingBytes += data.length));
  if (!stalled.destroyed) await once(stalled.resume(), 'close'); // the session is over
  expect(waitingBytes).toBeGreaterThan(0);
  expect(waitingBytes).toBeLessThan(WAITING_BYTES);
});
