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
