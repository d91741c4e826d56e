/** What a project says of its sessions: Playwright replaces an object in `use` as a whole, and ours are put together, field by field. */
import { isRecord } from '../base/json';
import type { SessionOptions } from './types';

/** Where `withSessions` keeps what the configuration says, in `use` too: Playwright takes that to every process, and nobody replaces it. */
export const SUITE_OPTIONS = '_suiteSessionOptions';

/** The session options of a project: what `withSessions` knows of, below what is said in its `use`. Unchecked. */
export function projectOptions(use: object): SessionOptions {
  const { sessionOptions, [SUITE_OPTIONS]: suite } = use as {
    sessionOptions?: SessionOptions;
    [SUITE_OPTIONS]?: SessionOptions;
  };
  return onTop(suite ?? {}, sessionOptions);
}

/** Puts options on top of others. What is no object stays as it is: it is refused by its name. */
export function onTop(base: SessionOptions, own: SessionOptions = {}): SessionOptions {
  return isRecord(own) ? { ...base, ...own } : own;
}

/** Where a project sets its options, for messages. */
export function pathOfUse(projectName: string): string {
  return projectName === '' ? 'use' : `projects["${projectName}"].use`;
}
