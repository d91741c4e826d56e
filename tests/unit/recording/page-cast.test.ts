/** The cast of a page, where the order of what a browser says decides. */
import { expect, test, vi } from 'vitest';
import { CdpConnection } from '../../../src/cdp/connection';
import { PageCast, type ScreencastFrame } from '../../../src/recording/page-cast';
import { HandTransport } from '../cdp/hand-transport';

const SESSION = 'S';
const PAINTED_AT_MS = 1_000_000;

/** Answers the newest command of a name, as soon as it is sent. */
async function answer(transport: HandTransport, method: string, result: object): Promise<void> {
  const command = await vi.waitUntil(() => transport.sent.findLast((it) => it.method === method));
  transport.receive({ id: command.id, sessionId: SESSION, result });
  await Promise.resolve();
}

function picture(
  transport: HandTransport,
  frame: { of: string; cast: number; atMs: number },
): void {
  transport.receive({
    method: 'Page.screencastFrame',
    sessionId: SESSION,
    params: {
      data: frame.of,
      sessionId: frame.cast,
      metadata: { timestamp: frame.atMs / 1000 },
    },
  });
}

test('a look ends with a picture that was taken after the last paint, though one from before comes with the number of its cast', async () => {
  const transport = new HandTransport();
  const seen: string[] = [];
  const cast = new PageCast(
    new CdpConnection(transport).session(SESSION),
    'T',
    ({ data }: ScreencastFrame) => seen.push(data),
  );
  cast.start({ maxSize: { width: 800, height: 800 }, intervalMs: 100, lookMs: 60_000 });
  picture(transport, { of: 'first', cast: 1, atMs: PAINTED_AT_MS - 10 });
  const looking = cast.look();
  let isOver = false;
  void looking.then(() => (isOver = true));
  await answer(transport, 'Page.createIsolatedWorld', { executionContextId: 1 });
  await answer(transport, 'Runtime.evaluate', { result: { type: 'number', value: PAINTED_AT_MS } });
  await vi.waitUntil(
    () => transport.sent.filter(({ method }) => method === 'Page.startScreencast').length === 2,
  );
  // It was being encoded when the cast was begun anew; Chromium numbers a picture when that is done.
  picture(transport, { of: 'before', cast: 2, atMs: PAINTED_AT_MS - 5 });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  picture(transport, { of: 'after', cast: 2, atMs: PAINTED_AT_MS + 20 });
  await looking;
  expect(seen).toEqual(['first', 'before', 'after']);
});

test('a look of a page that does not tell the time ends with the next picture', async () => {
  const transport = new HandTransport();
  const cast = new PageCast(new CdpConnection(transport).session(SESSION), 'T', () => undefined);
  cast.start({ maxSize: { width: 800, height: 800 }, intervalMs: 0, lookMs: 60_000 });
  const looking = cast.look();
  await answer(transport, 'Page.createIsolatedWorld', { executionContextId: 1 });
  await answer(transport, 'Runtime.evaluate', { result: { type: 'undefined' } });
  await vi.waitUntil(
    () => transport.sent.filter(({ method }) => method === 'Page.startScreencast').length === 2,
  );
  picture(transport, { of: 'next', cast: 2, atMs: 5 });
  await looking;
});
