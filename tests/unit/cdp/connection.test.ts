/** One CDP connection over a transport that the test holds in its hands. */
import { expect, test, vi } from 'vitest';
import { CdpConnection } from '../../../src/cdp/connection';
import { HandTransport } from './hand-transport';

function connect(): { transport: HandTransport; connection: CdpConnection } {
  const transport = new HandTransport();
  return { transport, connection: new CdpConnection(transport) };
}

test('answers reach their commands, in whatever order they come', async () => {
  const { transport, connection } = connect();
  const version = connection.send('Browser.getVersion');
  const target = connection.send('Target.createTarget', { url: 'about:blank' });
  expect(transport.sent).toMatchObject([
    { id: 1, method: 'Browser.getVersion' },
    { id: 2, method: 'Target.createTarget', params: { url: 'about:blank' } },
  ]);
  transport.receive({ id: 2, result: { targetId: 'T' } });
  transport.receive({ id: 1, result: { product: 'Chrome' } });
  expect(await target).toEqual({ targetId: 'T' });
  expect(await version).toEqual({ product: 'Chrome' });
});

test('a refused command names itself, its reason and its caller', async () => {
  const { transport, connection } = connect();
  const failed = connection.send('Page.navigate', { url: 'x' });
  transport.receive({ id: 1, error: { code: -32000, message: 'Cannot navigate to invalid URL.' } });
  const error: unknown = await failed.catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    name: 'CdpError',
    code: 'cdp_error',
    method: 'Page.navigate',
    message: 'CDP command Page.navigate failed: Cannot navigate to invalid URL.',
  });
  expect((error as Error).stack).toContain('connection.test.ts');
});

test('events reach the listeners of their session, until these are taken off', () => {
  const { transport, connection } = connect();
  const [ofBrowser, ofPage] = [vi.fn(), vi.fn()];
  connection.on('Target.targetDestroyed', ofBrowser);
  const off = connection.session('S').on('Page.screencastVisibilityChanged', ofPage);
  transport.receive({ method: 'Target.targetDestroyed', params: { targetId: 'T' } });
  transport.receive({
    method: 'Page.screencastVisibilityChanged',
    params: { visible: true },
    sessionId: 'S',
  });
  off();
  transport.receive({
    method: 'Page.screencastVisibilityChanged',
    params: { visible: false },
    sessionId: 'S',
  });
  expect(ofBrowser).toHaveBeenCalledExactlyOnceWith({ targetId: 'T' });
  expect(ofPage).toHaveBeenCalledExactlyOnceWith({ visible: true });
});

test('a target that goes takes its commands with it, and no others', async () => {
  const { transport, connection } = connect();
  const ofPage = connection.session('S').send('Page.enable');
  const ofBrowser = connection.send('Browser.getVersion');
  transport.receive({ method: 'Target.detachedFromTarget', params: { sessionId: 'S' } });
  await expect(ofPage).rejects.toMatchObject({ code: 'cdp_closed', method: 'Page.enable' });
  transport.receive({ id: 2, result: {} });
  expect(await ofBrowser).toEqual({});
});

test('when the connection closes, what waits fails, and so does what comes after', async () => {
  const { transport, connection } = connect();
  const waiting = connection.send('Browser.getVersion');
  transport.onclose?.(new Error('EPIPE'));
  await expect(waiting).rejects.toThrow(
    'CDP command Browser.getVersion failed: the connection to the browser broke: EPIPE.',
  );
  await connection.closed;
  expect(connection.isOpen).toBe(false);
  await expect(connection.session('S').send('Page.enable')).rejects.toMatchObject({
    code: 'cdp_closed',
  });
});

test.each([
  'no JSON',
  'null',
  '{"method":"Target.attachedToTarget"}',
  '{"method":"Target.targetDestroyed","params":null}',
])('a message that is no CDP closes the connection, and nothing else: %s', async (message) => {
  const { transport, connection } = connect();
  connection.on('Target.targetDestroyed', ({ targetId }) => targetId);
  const waiting = connection.send('Browser.getVersion');
  transport.onmessage?.(message);
  await expect(waiting).rejects.toMatchObject({
    code: 'cdp_closed',
    message: expect.stringContaining('the connection to the browser broke') as unknown,
  });
  expect(connection.isOpen).toBe(false);
});
