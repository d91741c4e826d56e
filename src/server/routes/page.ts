/** Routes that act on a session's current page. Each needs a running session, counts as using it, and becomes a step of its trajectory. */
import { decodeAction } from '../../contract/actions';
import { encodeExecutionResult } from '../../contract/execution';
import { countsAsUse } from '../../contract/touching';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { onPages } from '../sessions/session-call';
import { runningSessionOf } from './path-session';

/** Longest time for a screenshot, in milliseconds: that of an observation. */
const SCREENSHOT_MS = 20_000;
/** Quality of screenshots, from 0 to 100: what the contract's reference engine takes. */
const JPEG_QUALITY = 85;

/** Execute and screenshot. */
export function pageRoutes(registry: SessionRegistry): Route[] {
  const running = (exchange: Exchange): LiveSession => runningSessionOf(registry, exchange);
  return [
    {
      method: 'POST',
      path: '/sessions/:id/page/execute',
      handle: (exchange) => execute(running(exchange), exchange),
    },
    {
      method: 'POST',
      path: '/sessions/:id/page/screenshot',
      handle: (exchange) => screenshot(running(exchange), exchange),
    },
  ];
}

/** One action. That it fails is an answer too; only a malformed one is refused. */
async function execute(session: LiveSession, { body, query, json }: Exchange): Promise<void> {
  const action = decodeAction(await body());
  const { executeAction } = await import('../../actions/execute-action');
  const { tab, ...done } = await onPages(
    session,
    async (driver) => ({ tab: driver.currentTab, ...(await executeAction(driver, action)) }),
    countsAsUse(query),
  );
  const result = encodeExecutionResult(done);
  session.trajectory.add({
    type: 'execution_result',
    value: result,
    ...(tab !== undefined && { tab }),
  });
  json(result);
}

/** The visible part of the page, as raw JPEG. */
async function screenshot(session: LiveSession, { query, response }: Exchange): Promise<void> {
  const { withPageDeadline } = await import('../../actions/deadline');
  const { readAgain } = await import('../../actions/read-again');
  const jpeg = await onPages(
    session,
    async (driver) => {
      const page = await driver.page();
      const take = (): Promise<Buffer> =>
        page.screenshot({ type: 'jpeg', quality: JPEG_QUALITY, timeout: SCREENSHOT_MS });
      return withPageDeadline(
        readAgain(page, 'take a picture of the page', take),
        SCREENSHOT_MS,
        'take a picture of the page',
      );
    },
    countsAsUse(query),
  );
  session.trajectory.add({ type: 'screenshot', value: null });
  response.writeHead(200, {
    'content-type': 'image/jpeg',
    'content-length': jpeg.length,
    'cache-control': 'no-store',
  });
  response.end(jpeg);
}
