/** `sessionwright sessions show`. */
import { durationText, oneLine, printableJson } from '../../base/texts';
import type { SessionsClient } from '../../client/index';
import type { SessionInfo } from '../../contract/session';
import { COMMON_OPTIONS, parseWithId, toJson } from './command';
import { printText } from '../output';

const USAGE = `Usage: sessionwright sessions show <id> [--json]

Prints what the API says of a session. URLs that hold tokens are left out; "sessions open" opens the viewer.`;

/** Prints one session. */
export async function show(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const asked = parseWithId(args, COMMON_OPTIONS, USAGE);
  if (!asked) return;
  const info = await (await client()).status(asked.id);
  printText(asked.values.json ? printableJson(toJson(info)) : describe(info));
}

function describe(info: SessionInfo): string {
  const { viewport, steps } = info;
  const rows: [string, string | undefined][] = [
    ['id', info.id],
    ['status', info.status],
    ['created', info.createdAt.toISOString()],
    ['ended', info.closedAt?.toISOString()],
    ['duration', durationText(info.durationMs)],
    ['error', info.error ?? undefined],
    ['limits', `${info.idleTimeoutMinutes} min idle, ${info.maxDurationMinutes} min in all`],
    [
      'browser',
      `${info.browserType}${info.headless ? ', headless' : ''}${viewport ? `, ${viewport.width}x${viewport.height}` : ''}${info.proxies ? ', by proxy' : ''}`,
    ],
    ['user agent', info.userAgent ?? undefined],
    ['traffic', `${info.networkRequestBytes} bytes sent, ${info.networkResponseBytes} received`],
    ['steps', String(steps.length)],
  ];
  return rows
    .flatMap(([name, value]) =>
      value === undefined ? [] : `${name.padEnd(10)}  ${oneLine(value)}`,
    )
    .join('\n');
}
