/** `sessionwright sessions list`. */
import { clockText, durationText, oneLine, printable } from '../../base/texts';
import type { SessionList } from '../../contract/list';
import { sessionStatuses, type SessionStatus } from '../../contract/session';
import { type LedgerEntry, listRuns } from '../../host/ledger';
import { command, toNumber, UsageError } from '../command';
import { printJson, printText } from '../output';
import { toJson, withClient } from './client';

const USAGE = `Usage: sessionwright sessions list [options]

Lists active sessions, newest first. Names the failed test for which a run on this machine keeps a session open (keepFailed).

  --all                  ended sessions too
  --status <status>      only active, closed, error or timed_out ones
  --page <number>        which page (default 1)
  --page-size <number>   sessions per page, 1 to 100 (default 50)
  --json                 print { sessions, page, pageSize, hasNext } as JSON`;

/** Default number of sessions per page: a screenful. */
const PAGE_SIZE = 50;

/** Prints one page of sessions. */
export const list = command(
  {
    usage: USAGE,
    options: {
      all: { type: 'boolean' },
      status: { type: 'string' },
      page: { type: 'string' },
      'page-size': { type: 'string' },
    },
  },
  async (values) => {
    const status = toStatus(values.status);
    const page = toNumber(values.page, '--page', { least: 1, most: 1_000_000 }) ?? 1;
    const pageSize =
      toNumber(values['page-size'], '--page-size', { least: 1, most: 100 }) ?? PAGE_SIZE;
    const filter = {
      ...(status !== undefined && { status }),
      ...(values.all && { onlyActive: false }),
    };
    const found = await withClient(async (client) => client.list({ page, pageSize, ...filter }));
    const { items, hasNext } = found;
    const kept = await keptSessions();
    if (values.json) {
      const sessions = items.map((info) => ({ ...toJson(info), kept: kept.get(info.id) ?? null }));
      printJson({ sessions, page, pageSize, hasNext });
    } else printText(describe(found, kept));
  },
);

type Kept = NonNullable<LedgerEntry['kept']>;

/** Why runs on this machine keep sessions open, by the ids of these. */
async function keptSessions(): Promise<Map<string, Kept>> {
  const entries = (await listRuns()).flatMap(({ sessions }) => sessions);
  return new Map(entries.flatMap(({ sessionId, kept }) => (kept ? [[sessionId, kept]] : [])));
}

function describe({ items, hasNext, page }: SessionList, kept: Map<string, Kept>): string {
  if (items.length === 0) return 'No sessions.';
  const rows = items.map(({ id, status, createdAt, duration: durationMs, error }) => [
    oneLine(id),
    status,
    createdAt.toISOString(),
    durationText(durationMs),
    oneLine(error ?? noteOf(kept.get(id))),
  ]);
  const lines = table([
    ['ID', 'STATUS', 'CREATED', 'DURATION', 'NOTE'],
    ...rows.map((row) => row.map(printable)),
  ]);
  return [...lines, ...(hasNext ? [`More with --page ${page + 1}.`] : [])].join('\n');
}

/** Such as `kept until 14:35:12: "buys a book" failed`. */
function noteOf(kept: Kept | undefined): string {
  return kept ? `kept until ${clockText(kept.untilMs)}: "${kept.title}" failed` : '';
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function toStatus(text: string | undefined): SessionStatus | undefined {
  const status = sessionStatuses.find((it) => it === text);
  if (text !== undefined && !status)
    throw new UsageError(`--status takes ${sessionStatuses.join(', ')}, not "${text}".`);
  return status;
}
