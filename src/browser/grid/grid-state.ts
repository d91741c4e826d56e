/** The status of a Grid (`GET /status`): read, and put into words. Pure. */
import { isRecord } from '../../base/json';

/** A session that runs in a slot. */
export interface SlotSession {
  id: string;
  /** The mark that its start carried ({@link SESSION_MARK}); undefined if it is not ours. */
  mark: string | undefined;
  /** The URL of its node, as the Grid knows it. */
  nodeUrl: string;
}

/** The state of a Grid. Nodes that are draining take no more sessions, so they do not count; sessions that still run on them do. */
export interface GridState {
  nodes: number;
  slots: number;
  /** Slots in use. */
  used: number;
  /** Names of the browsers that its nodes offer. */
  browsers: string[];
  /** All running sessions. */
  sessions: SlotSession[];
  /** After this time without a command it ends a session, in milliseconds: the shortest of its nodes. */
  sessionTimeoutMs: number;
}

/** The capability that identifies a session of ours if its id is lost. */
export const SESSION_MARK = 'sessionwright:session';

/** Selenium's default `session-timeout`, in milliseconds. */
const DEFAULT_SESSION_TIMEOUT_MS = 300_000;

/** Reads the `value` of `GET /status`; undefined if it is not a Grid's (ChromeDriver answers too). */
export function readState(value: unknown): GridState | undefined {
  if (!isRecord(value) || !Array.isArray(value['nodes'])) return undefined;
  const nodes = value['nodes'].filter(isRecord).filter((node) => node['availability'] !== 'DOWN');
  const open = nodes.filter((node) => node['availability'] !== 'DRAINING');
  const slots = open.flatMap(slotsOf);
  return {
    nodes: open.length,
    slots: slots.length,
    used: slots.filter((slot) => isRecord(slot['session'])).length,
    browsers: [...new Set(slots.flatMap((slot) => textsOf(slot['stereotype'], 'browserName')))],
    sessions: nodes.flatMap((node) =>
      slotsOf(node).flatMap((slot) => sessionOf(slot, textsOf(node, 'uri'))),
    ),
    sessionTimeoutMs: Math.min(
      ...nodes.flatMap(({ sessionTimeout }) =>
        typeof sessionTimeout === 'number' && sessionTimeout > 0 ? [sessionTimeout] : [],
      ),
      DEFAULT_SESSION_TIMEOUT_MS,
    ),
  };
}

/** Why a session is not ready yet; follows "waiting for a session: ". */
export function describeWaiting(
  { nodes, slots, used, browsers }: GridState,
  { waiting, browserName }: { waiting: number; browserName: string },
): string {
  const queue = waiting === 0 ? '' : `, ${waiting} ${waiting === 1 ? 'waits' : 'wait'}`;
  if (nodes === 0) return `the Grid has no node yet${queue}`;
  const offers = browsers.some((name) => name.toLowerCase() === browserName.toLowerCase());
  if (!offers)
    return `no node of the Grid offers ${browserName} (they offer ${browsers.join(', ') || 'nothing'})${queue}`;
  return `the Grid has ${used} of ${slots} slots in use${queue}`;
}

function slotsOf(node: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(node['slots']) ? node['slots'].filter(isRecord) : [];
}

function sessionOf({ session }: Record<string, unknown>, [nodeUrl = '']: string[]): SlotSession[] {
  if (!isRecord(session)) return [];
  const [mark] = textsOf(session['capabilities'], SESSION_MARK);
  return textsOf(session, 'sessionId').map((id) => ({ id, mark, nodeUrl }));
}

function textsOf(object: unknown, name: string): string[] {
  const value = isRecord(object) ? object[name] : undefined;
  return typeof value === 'string' ? [value] : [];
}
