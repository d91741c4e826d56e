/** Uploads that are too large, broken, or never end: refused, and nothing of them is left. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { expectError, inTime, openTarget, type Answer, type Target } from './target';

fc.configureGlobal({ seed: 20_261_124, numRuns: 60 });

/** One megabyte, in bytes. */
const MEGABYTE = 1_000_000;
const TYPE = 'multipart/form-data; boundary=B';
const BEGIN = '--B\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
const END = '\r\n--B--\r\n';

let target: Target;

beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

const upload = (body: string | Buffer, type = TYPE, name = 'a.txt'): Promise<Answer> =>
  inTime(() =>
    target.send('POST', `/storage/uploads/${encodeURIComponent(name)}`, {
      body,
      headers: { 'content-type': type },
    }),
  );
const stored = async (): Promise<string[]> =>
  (await target.files()).filter((name) => /^(uploads|incoming)\/./.test(name));

test.each([
  ['of another type', BEGIN + END, 'text/plain', 415],
  ['without a boundary', BEGIN + END, 'multipart/form-data', 400],
  ['with an empty boundary', BEGIN + END, 'multipart/form-data; boundary=', 400],
  ['with another boundary', BEGIN + END, 'multipart/form-data; boundary=C', 400],
  [
    'with a boundary that is too long',
    BEGIN + END,
    `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
    400,
  ],
  ['that is empty', '', TYPE, 400],
  ['that is cut in its headers', BEGIN.slice(0, 40), TYPE, 400],
  ['that is cut in its file', `${BEGIN}text`, TYPE, 400],
  ['that is no form', 'x'.repeat(MEGABYTE), TYPE, 400],
  [
    'without a file',
    '--B\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--B--\r\n',
    TYPE,
    422,
  ],
  ['with a file in another field', BEGIN.replace('"file"', '"other"') + END, TYPE, 422],
  ['with a file in __proto__', BEGIN.replace('"file"', '"__proto__"') + END, TYPE, 422],
  ['with two files', `${BEGIN}one\r\n${BEGIN}two${END}`, TYPE, 422],
  [
    'with 10,000 fields',
    '--B\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n'.repeat(10_000) + END.trimStart(),
    TYPE,
    422,
  ],
  ['with 100,000 headers', `--B\r\n${'a: b\r\n'.repeat(100_000)}\r\ntext${END}`, TYPE, 422],
])('a form %s', async (_, body, type, status) => {
  const answer = await upload(body, type);
  expectError(answer, type);
  expect(answer.status, answer.text).toBe(status);
  expect(await stored()).toEqual([]);
});

test('forms with bytes changed, cut out and put in', async () => {
  const whole = Buffer.from(`${BEGIN}${'some text\n'.repeat(100)}${END}`);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length),
      fc.nat(40),
      fc.uint8Array({ maxLength: 40 }),
      async (at, cut, added) => {
        const answer = await upload(
          Buffer.concat([whole.subarray(0, at), added, whole.subarray(at + cut)]),
        );
        if (answer.status !== 200) expectError(answer, `${at} ${cut} ${added.join()}`);
        expect((await stored()).filter((name) => name !== 'uploads/a.txt')).toEqual([]);
      },
    ),
  );
  await target.send('POST', '/storage/uploads/a.txt', {
    body: BEGIN + END,
    headers: { 'content-type': TYPE },
  });
});

test('names that climb, hide, or are devices', async () => {
  const before = await stored();
  for (const name of [
    '../x',
    '..\\x',
    '/etc/x',
    'a\0b',
    'CON',
    'nul.txt',
    'COM1.tar.gz',
    ' x',
    'x ',
    'x.',
    '...',
    'a:b',
    'x'.repeat(256),
    'é'.repeat(200),
    '\u202e\u0000',
    'a\r\nb: c',
  ]) {
    const answer = await upload(BEGIN + END, TYPE, name);
    expectError(answer, name);
    expect(answer.status, name).toBe(422);
  }
  expect(await stored()).toEqual(before);
});

test.each([
  ['that says its length', { 'content-length': 5_000 * MEGABYTE }],
  ['that never ends', {}],
])('a file over the limit %s', async (_, headers) => {
  const rssBefore = process.memoryUsage().rss;
  const { call, answered } = send('big.bin', headers);
  const progress = { isOver: false };
  const over = answered.finally(() => (progress.isOver = true));
  const part = Buffer.alloc(MEGABYTE, 1);
  call.write(BEGIN);
  let sentBytes = 0;
  let limitAtMs = performance.now();
  while (!progress.isOver) {
    if (sentBytes <= 101 * MEGABYTE) limitAtMs = performance.now();
    if (!call.write(part)) await Promise.race([once(call, 'drain'), over]);
    sentBytes += part.length;
  }
  const response = await over;
  expect(response.statusCode).toBe(413);
  expect(performance.now() - limitAtMs).toBeLessThan(15_000); // what comes after the limit is read for 700 ms, so that the answer is, and not to its end
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(80 * MEGABYTE);
  call.destroy();
  await eventually(async () => expect(await stored()).toEqual(['uploads/a.txt']));
});

test('an upload whose sender goes away', async () => {
  for (const text of ['', BEGIN, `${BEGIN}${'x'.repeat(200_000)}`]) {
    const { call, answered } = send('gone.bin', { 'content-length': MEGABYTE });
    answered.catch(() => {}); // it is we who break it off
    await new Promise((resolve) => call.write(text || '-', resolve));
    if (text.length > 100_000)
      await eventually(async () => expect((await stored()).length).toBe(2)); // it is being written
    call.destroy();
    await eventually(async () => expect(await stored()).toEqual(['uploads/a.txt']));
  }
});

test('twenty uploads of one name at once: one of them is there, whole', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      upload(`${BEGIN}${String(index % 10).repeat(100_000)}${END}`, TYPE, 'same.txt'),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await stored()).toEqual(['uploads/a.txt', 'uploads/same.txt']);
  const { url } = JSON.parse((await target.send('GET', '/storage/uploads/same.txt')).text) as {
    url: string;
  };
  expect(await (await fetch(url)).text()).toMatch(/^(\d)\1{99999}$/);
});

function send(
  name: string,
  headers: Record<string, number>,
): { call: ClientRequest; answered: Promise<IncomingMessage> } {
  const { hostname, port } = new URL(target.server.url);
  const call = request({
    hostname,
    port,
    method: 'POST',
    path: `/storage/uploads/${name}`,
    headers: { authorization: `Bearer ${target.server.apiKey}`, 'content-type': TYPE, ...headers },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    call.once('response', (response) => resolve(response.resume())).on('error', reject),
  );
  return { call, answered };
}
