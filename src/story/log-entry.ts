/** What a page complained about while a test ran. */

/** `console`: an error on its console; `request`: a request that failed; `exception`: one that nobody caught. */
export type LogKind = 'console' | 'request' | 'exception';

/** One complaint. */
export interface LogEntry {
  /** When, in milliseconds since the epoch. */
  atMs: number;
  kind: LogKind;
  /** What, without secrets. */
  text: string;
  /** The request, or the script that complained; without its query. */
  url?: string | undefined;
}

/** The complaints of one test as a short text for people; empty when there are none. */
export function logText(log: readonly LogEntry[], fromMs: number): string {
  return log
    .map(({ atMs, kind, text, url }) => {
      const at = (Math.max(0, atMs - fromMs) / 1000).toFixed(2);
      return `${at} s  ${WORDS[kind]}: ${text}${url === undefined ? '' : ` (${url})`}`;
    })
    .join('\n');
}

const WORDS: Record<LogKind, string> = {
  console: 'console error',
  request: 'failed request',
  exception: 'uncaught exception',
};
