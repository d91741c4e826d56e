import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import { PipeTransport } from '../../../src/cdp/pipe-transport';

function open(): {
  transport: PipeTransport;
  toBrowser: PassThrough;
  fromBrowser: PassThrough;
  messages: string[];
} {
  const [toBrowser, fromBrowser] = [new PassThrough(), new PassThrough()];
  const transport = new PipeTransport(toBrowser, fromBrowser);
  const messages: string[] = [];
  transport.onmessage = (message) => messages.push(message);
  return { transport, toBrowser, fromBrowser, messages };
}

test('messages come whole, however they were cut', async () => {
  const { fromBrowser, messages } = open();
  const bytes = Buffer.from('{"a":"ü"}\0{}\0{"b":1}\0');
  for (const byte of bytes) fromBrowser.write(Buffer.of(byte));
  fromBrowser.write(bytes);
  await eventually(() =>
    expect(messages).toEqual(['{"a":"ü"}', '{}', '{"b":1}', '{"a":"ü"}', '{}', '{"b":1}']),
  );
});

test('each message that is sent ends with a NUL', () => {
  const { transport, toBrowser } = open();
  transport.send('{"id":1}');
  transport.send('{"id":2}');
  expect(String(toBrowser.read())).toBe('{"id":1}\0{"id":2}\0');
});

test('tells once that it is closed, and drops what is sent afterwards', async () => {
  const { transport, fromBrowser } = open();
  const onclose = vi.fn();
  transport.onclose = onclose;
  fromBrowser.destroy(new Error('EPIPE'));
  await eventually(() => expect(onclose).toHaveBeenCalledOnce());
  transport.send('{}');
  transport.close();
  expect(onclose).toHaveBeenCalledOnce();
});

/** An event with a text of so many bytes, as Chromium writes it. */
const event = (method: string, bytes: number): string =>
  `{"method":"${method}","params":{"type":"log","text":"${'ä'.repeat(bytes / 2)}"},"sessionId":"A1"}`;

test('of an event that is too long, the beginning comes in its place', async () => {
  const { fromBrowser, messages } = open();
  const long = event('Runtime.consoleAPICalled', 20_000_000);
  fromBrowser.write(`{}\0${long}\0${event('Page.frameNavigated', 100_000)}\0`);
  await eventually(() => expect(messages).toHaveLength(3));
  expect(JSON.parse(messages[1] ?? '')).toMatchObject({
    method: 'sessionwright.skipped',
    params: { method: 'Runtime.consoleAPICalled', bytes: Buffer.byteLength(long) },
    sessionId: 'A1',
  });
  expect(messages[1]?.length).toBeLessThan(5_000);
  expect(messages[1]).toContain('log\\",\\"text\\":\\"ää');
  expect(messages[1]).not.toContain('\ufffd');
  expect(messages[2]?.length).toBeGreaterThan(50_000);
});

test('a command whose answer is too long has failed, and the connection goes on', async () => {
  const { fromBrowser, messages } = open();
  fromBrowser.write(`{"id":7,"result":{"value":"`);
  for (let mb = 0; mb < 65; mb++) fromBrowser.write(Buffer.alloc(1_000_000, 'x'));
  fromBrowser.write('"},"sessionId":"B2"}\0{}\0');
  await eventually(() => expect(messages).toHaveLength(2));
  expect(JSON.parse(messages[0] ?? '')).toEqual({
    id: 7,
    error: { code: -32_000, message: "The browser's answer is too large: 66 MB" },
    sessionId: 'B2',
  });
});

test('a text without end that is no message closes the transport, and no more', async () => {
  const { transport, fromBrowser } = open();
  const onclose = vi.fn();
  transport.onclose = onclose;
  for (let mb = 0; mb < 65; mb++) fromBrowser.write(Buffer.alloc(1_000_000, 'x'));
  fromBrowser.write('\0');
  await eventually(() => expect(onclose).toHaveBeenCalledOnce());
  expect(String(onclose.mock.calls[0])).toContain('too large: 65 MB');
});
