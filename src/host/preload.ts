/** Loads what the first session needs while Playwright loads the tests: a worker that asks for one then waits for its browser alone. */
import { hasRemoteApi } from '../options/source';

/** Never rejects: what cannot be loaded is told when it is needed. */
export async function preload(): Promise<void> {
  await Promise.allSettled([
    import('../client/index'),
    import('../client/dispatchers').then((it) => it.loadUndici()),
    ...(hasRemoteApi({}) ? [] : [import('../server/session-server')]),
  ]);
}
