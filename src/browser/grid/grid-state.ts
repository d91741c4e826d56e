/** What a Grid says of itself (`GET /status`, and its queue), read and put into words. Pure. */
import { isRecord } from '../../base/json';

/** A session that runs in a slot. */
export interface SlotSession {
  id: string;
  /** The mark that its start carried ({@link SESSION_MARK}); undefined when it is somebody else's. */
  mark: string | undefined;
  /** The URL of its node, as the Grid knows it. */
  nodeUrl: string;
}

/** A Grid, as it tells. Nodes that are drained take no more sessions, so they do not count; what still runs on them does. */
export interface GridState {
  nodes: number;
  slots: number;
  /** How many of the slots are in use. */
  used: number;
  /** Names of the browsers that its nodes offer, each once. */
  browsers: string[];
  /** All that run. */
  sessions: SlotSession[];
  /** After how long without a command it ends a session, in milliseconds: that of its least patient node. */
  sessionTimeoutMs: number;
}

/** The capability by which a session of ours is found again, whoever lost its id. */
export const SESSION_MARK = 'sessionwright:session';

/** Selenium's own `session-timeout`, in milliseconds: what a Grid does that does not say. */
const DEFAULT_SESSION_TIMEOUT_MS = 300_000;

/** Reads the `value` of `GET /status`; undefined when it is not that of a Grid (a lone chromedriver answers too). */
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

/** Why a session is not there yet, to follow "waiting for a session: ". */
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
