/** The session options of a project. Playwright replaces objects in `use` as a whole; these are merged field by field. */
import { dirname } from 'node:path';
import { isRecord } from '../base/json';
import type { SessionOptions } from './types';

/** The member of `use` in which `withSessions` keeps the suite's options. Playwright passes `use` to every process, and no project replaces this member. */
export const SUITE_OPTIONS = '_suiteSessionOptions';

/** The session options of a project: those of its `use` override those of `withSessions`. Unchecked. */
export function projectOptions(use: object): SessionOptions {
  const { sessionOptions, [SUITE_OPTIONS]: suite } = use as {
    sessionOptions?: SessionOptions;
    [SUITE_OPTIONS]?: SessionOptions;
  };
  return onTop(suite ?? {}, sessionOptions);
}

/** Merges options. A value that is not an object is returned unchanged, so that validation can refuse it. */
export function onTop(base: SessionOptions, own: SessionOptions = {}): SessionOptions {
  return isRecord(own) ? { ...base, ...own } : own;
}

/** The folder to which paths in options are relative. */
export function configFolder({
  configFile,
  rootDir,
}: {
  configFile?: string | undefined;
  rootDir: string;
}): string {
  return configFile === undefined ? rootDir : dirname(configFile);
}

/** Where a project sets its options, for messages. */
export function pathOfUse(projectName: string): string {
  return projectName === '' ? 'use' : `projects["${projectName}"].use`;
}
