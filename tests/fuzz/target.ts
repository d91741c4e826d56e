/** A server to be attacked, and what must be true of each of its answers and of what it leaves. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { eventually } from '../eventually';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { processesWith } from '../integration/processes';

/** Bad input is answered within a second, the contract's limit; in milliseconds, on a machine that is three times slower than others. */
const ANSWER_MS = 3_000;
/** How often a slow answer is asked for again. What is slow by itself is slow each time; a busy machine is not. */
const TRIES = 3;

/** An answer as it came. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  tookMs: number;
}

/** What is sent beside method and path. */
export interface Sent {
  /** Text and bytes as they are, everything else as JSON. */
  body?: unknown;
  headers?: OutgoingHttpHeaders;
}

/** The server and its folder. */
export interface Target {
  server: SessionServer;
  folder: string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** The answer to bytes on a bare connection, when the server has closed it. */
  sendRaw(text: string): Promise<Answer>;
  /** The error that is answered: well-formed, in time, and with one of these statuses. */
  refuses(method: string, path: string, sent: Sent, ...statuses: number[]): Promise<Answer>;
  start(body?: object): Promise<string>;
  /** Files outside of the browsers' own folders, which change all the time. */
  files(): Promise<string[]>;
  /** Ends the server. Fails when it leaves a process, a draft of a file, or anything in the temporary folder. */
  close(): Promise<void>;
}

/** Starts a server. Errors that nobody caught in it fail the run: it lives in the process of the tests. */
export async function openTarget(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-fuzz-'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const server = await startSessionServer({
    workDir: join(folder, 'data'),
    recording: 'on-demand',
  });
  const send: Target['send'] = (method, path, sent = {}) =>
    sendTo(server, { method, path, ...sent });
  return {
    server,
    folder,
    send,
    sendRaw: (text) => sendRawTo(server, text),
    refuses: async (method, path, sent, ...statuses) => {
      const answer = await inTime(() => send(method, path, sent));
      expectError(answer, `${method} ${path.slice(0, 200)}`);
      if (statuses.length > 0)
        expect(
          statuses,
          `${method} ${path.slice(0, 200)} -> ${answer.text.slice(0, 300)}`,
        ).toContain(answer.status);
      return answer;
    },
    start: async (body = {}) => {
      const answer = await send('POST', '/sessions/start', { body });
      expect(answer, answer.text).toMatchObject({ status: 200 });
      return (JSON.parse(answer.text) as { session_id: string }).session_id;
    },
    files: () => filesIn(join(folder, 'data')),
    close: async () => {
      try {
        await server.close();
        await eventually(async () => expect(await processesWith(folder)).toEqual([]));
        expect(
          (await filesIn(join(folder, 'data'))).filter((name) =>
            /\.tmp$|incoming.+|sessions.+/.test(name),
          ),
        ).toEqual([]);
        await eventually(async () => expect(await readdir(temporary)).toEqual([])); // actions that were cut off clean up behind themselves
      } finally {
        vi.unstubAllEnvs();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The first answer that came in time, or the last of several. Only for requests that change nothing. */
export async function inTime(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (answer.status < 400 || answer.tookMs < ANSWER_MS || attempt === TRIES) return answer;
  }
}

/** The contract's error body, in time, and nothing of our insides. */
export function expectError({ status, headers, text, tookMs }: Answer, sent: string): void {
  const what = `${sent} -> ${status} ${text.slice(0, 300)}`;
  expect(status, what).toBeGreaterThanOrEqual(400);
  expect(status, what).not.toBe(500);
  expect(tookMs, what).toBeLessThan(ANSWER_MS);
  expect(headers['content-type'], what).toContain('application/json');
  const body = JSON.parse(text) as { status: unknown; message: unknown; detail: unknown };
  expect(body, what).toMatchObject({ status, message: expect.any(String) as unknown });
  if (status === 422)
    expect(body.detail, what).toEqual(
      expect.arrayContaining([
        {
          loc: expect.any(Array) as unknown,
          msg: expect.any(String) as unknown,
          type: expect.any(String) as unknown,
        },
      ]),
    );
  else expect(body.detail, what).toBeNull();
  expect(text.length, what).toBeLessThan(50_000);
  expect(text, what).not.toMatch(/node_modules|\.[jt]s:\d+:\d+|\bat \S+ \(|server failed/);
}

/** By hand: `fetch` would tidy up paths and headers that are the point here. */
function sendTo(
  server: SessionServer,
  { method, path, body, headers = {} }: Sent & { method: string; path: string },
): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const content =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  const ofBody =
    content === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
  const beganMs = performance.now();
  return new Promise((done, fail) => {
    const call = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { authorization: `Bearer ${server.apiKey}`, ...ofBody, ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response
          .once('end', () =>
            done({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              tookMs: performance.now() - beganMs,
            }),
          )
          .once('error', fail);
      },
    );
    call.once('error', fail).end(content);
  });
}

function sendRawTo(server: SessionServer, text: string): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const beganMs = performance.now();
  return new Promise((done, fail) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => (received += part));
    socket.once('error', fail).once('close', () => {
      const [head = '', ...body] = received.split('\r\n\r\n');
      const headers = Object.fromEntries(
        head
          .split('\r\n')
          .slice(1)
          .map((line) => [
            line.slice(0, line.indexOf(':')).toLowerCase(),
            line.slice(line.indexOf(':') + 2),
          ]),
      );
      done({
        status: Number(head.split(' ')[1] ?? 0),
        headers,
        text: body.join('\r\n\r\n'),
        tookMs: performance.now() - beganMs,
      });
    });
  });
}

async function filesIn(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true }))
    .filter((name) => !/sessions\/[^/]+\/profile/.test(name))
    .sort();
}
