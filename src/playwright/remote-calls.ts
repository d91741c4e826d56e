/**
 * Calls from a worker to the remote Playwright: the Playwright server on the browser's machine. They travel as the title of
 * `browser.bind()`, the only free text in Playwright's protocol. So they arrive before anything that the worker sends later.
 */
import type { Browser } from '@playwright/test';
import { noteMissing, withoutSteps } from './internals';
import { closeNextPage, giveOwnContext, markNextPageUsed } from './own-context';
import { serverOf } from './server-side';

const PREFIX = 'sessionwright:';

/** What a worker can ask for. */
export type RemoteCall =
  /** The next context is the session's own. Answers, once it was given, with the names of the options that it cannot apply. */
  | 'give-own-context'
  /** The same, and the next test gets its cookies and storage. */
  | 'give-own-context-kept'
  /** Answers when the given context is closed: with an empty list if it was cleared. */
  | 'own-context-left'
  /** The next context is a new one after all. */
  | 'take-back'
  /** Closes the page prepared for the next test on the session's own context. */
  | 'close-next-page'
  /** The session's API is about to use that page, so the next test gets another one. */
  | 'mark-next-page-used';

/**
 * Calls the remote Playwright.
 * @throws if it is not ours, or the call fails
 */
export async function callRemotePlaywright(browser: Browser, call: RemoteCall): Promise<string[]> {
  const { endpoint } = await withoutSteps(browser, async () => browser.bind(`${PREFIX}${call}`));
  return JSON.parse(endpoint) as string[];
}

/** Answers the calls of a worker, in the remote Playwright. The browser object has one client. */
export function answerCalls(browser: Browser): void {
  const server = serverOf(browser);
  const bind = server?.startServer?.bind(server);
  if (!server || !bind) return; // then the worker's calls fail
  const answer = answers(browser);
  server.startServer = async (progress, title, options) => {
    const call = title.startsWith(PREFIX) ? title.slice(PREFIX.length) : undefined;
    if (call === undefined) return bind(progress, title, options);
    return { endpoint: JSON.stringify(await answer(call as RemoteCall)) };
  };
}

function answers(browser: Browser): (call: RemoteCall) => Promise<string[]> {
  let takeBack = (): void => {};
  let left: Promise<boolean> | undefined;
  const give = async (keepState: boolean): Promise<string[]> =>
    new Promise((resolve) => {
      let onLeft: (isCleared: boolean) => void = () => {};
      left = new Promise((settle) => (onLeft = settle));
      const onLeftOut = async (names: string[]): Promise<void> => resolve(names);
      const undo = giveOwnContext(browser, { keepState, onLeftOut, onLeft });
      takeBack = () => {
        undo();
        resolve([]);
      };
    });
  return async (call) => {
    if (call === 'give-own-context') return give(false);
    if (call === 'give-own-context-kept') return give(true);
    if (call === 'own-context-left') return (await left) === false ? ['not cleared'] : [];
    if (call === 'take-back') takeBack();
    if (call === 'close-next-page') await closeNextPage(browser);
    if (call === 'mark-next-page-used') markNextPageUsed(browser);
    return [];
  };
}

type Send = (object: object, method: string, ...rest: unknown[]) => Promise<unknown>;

/**
 * Leaves locator handlers to the worker that added them. Playwright's client in the remote process would answer for handlers that it
 * does not have.
 */
export function leaveLocatorHandlers(browser: Browser): void {
  const { _connection: connection } = browser as { _connection?: { sendMessageToServer?: Send } };
  const send = connection?.sendMessageToServer?.bind(connection);
  if (!connection || !send) {
    noteMissing('remotePlaywright');
    return;
  }
  connection.sendMessageToServer = async (object, method, ...rest) =>
    method === 'resolveLocatorHandlerNoReply' ? {} : send(object, method, ...rest);
}
