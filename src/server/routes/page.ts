/** Routes that act on a session's current page. Each needs a running session, counts as using it, and becomes a step of its trajectory. */
import type { Exchange, Route } from '../http-router';
import type { SessionRegistry } from '../registry';
import type { LiveSession } from '../session';

/** Quality of screenshots, from 0 to 100: what the contract's reference engine takes. */
const JPEG_QUALITY = 85;

/** Execute, observe, scrape and screenshot. */
export function pageRoutes(registry: SessionRegistry): Route[] {
  const running = (exchange: Exchange): LiveSession => {
    const session = registry.get(exchange.params['id'] ?? '').ensureActive();
    session.touch();
    return session;
  };
  return [{ method: 'POST', path: '/sessions/:id/page/screenshot', handle: (exchange) => screenshot(running(exchange), exchange) }];
}

/** The visible part of the page, as raw JPEG. */
async function screenshot(session: LiveSession, { response }: Exchange): Promise<void> {
  const driver = await session.driver();
  const jpeg = await driver.run(async () => (await driver.page()).screenshot({ type: 'jpeg', quality: JPEG_QUALITY }));
  session.trajectory.add({ type: 'screenshot', value: null });
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length, 'cache-control': 'no-store' });
  response.end(jpeg);
}
