/** Handlers that act on a session's current page. What they do becomes a step of its trajectory. */
import * as z from 'zod';
import { executionResultSchema } from '../../contract/execution';
import { onPages } from '../sessions/session-call';
import type { Handler, Handlers } from './bind';

/** Longest time for a screenshot, in milliseconds: that of an observation. */
const SCREENSHOT_MS = 20_000;
/** Quality of screenshots, from 0 to 100: what the contract's reference engine takes. */
const JPEG_QUALITY = 85;

/** Execute and screenshot. */
export function pageHandlers(): Handlers<'executeAction' | 'takeScreenshot'> {
  return { executeAction: execute, takeScreenshot: screenshot };
}

/** One action. That it fails is an answer too; only a malformed one is refused. */
const execute: Handler<'executeAction'> = async ({ session, body: action, query }) => {
  const { executeAction } = await import('../../actions/execute-action');
  const done = await onPages(
    session,
    (driver) => executeAction(driver, action),
    query.updateMetadata,
  );
  session.trajectory.add({
    type: 'execution_result',
    value: z.encode(executionResultSchema, done),
  });
  return done;
};

/** The visible part of the page, as raw JPEG. */
const screenshot: Handler<'takeScreenshot'> = async ({ session, query }) => {
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
    query.updateMetadata,
  );
  session.trajectory.add({ type: 'screenshot', value: null });
  return jpeg;
};
