/** Team B: sessions that attacks use, and what opens pages in them. */
import { WebSocket } from 'ws';
import { once } from 'node:events';
import type { Call, StartedSession } from './attack';

/** How long a browser may take to open or close a tab, in milliseconds; an attacked one may not do it at all. */
const TAB_MS = 5_000;

/** No session of team B ends by itself during a round: as long as may be asked for. */
const LONG = { idle_timeout_minutes: 30, max_duration_minutes: 60 };

/** Starts so many sessions. */
export async function startSessions(call: Call, count: number): Promise<StartedSession[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, async () => call('POST', '/sessions/start', { body: LONG })),
  );
  return answers.map(({ status, body }) => {
    if (status !== 200) throw new Error(`No session for team B: ${JSON.stringify(body)}`);
    return body as unknown as StartedSession;
  });
}

/** Opens a tab; the returned function closes it, with everything that it has opened. */
export async function openTab(
  { cdp_url: url }: StartedSession,
  address: string,
): Promise<() => Promise<void>> {
  const before = new Set(await pagesOf(url));
  await ask(url, 'Target.createTarget', { url: address });
  return async () => {
    for (const targetId of await pagesOf(url))
      if (!before.has(targetId)) await ask(url, 'Target.closeTarget', { targetId });
  };
}

async function pagesOf(url: string): Promise<string[]> {
  const { targetInfos = [] } = (await ask(url, 'Target.getTargets', {})) as {
    targetInfos?: { type: string; targetId: string }[];
  };
  return targetInfos.filter(({ type }) => type === 'page').map(({ targetId }) => targetId);
}

/** One call of CDP on a connection of its own. */
async function ask(url: string, method: string, params: object): Promise<unknown> {
  const signal = AbortSignal.timeout(TAB_MS);
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  signal.addEventListener('abort', () => socket.terminate());
  try {
    await once(socket, 'open', { signal });
    socket.send(JSON.stringify({ id: 1, method, params }));
    for (;;) {
      const [data] = (await once(socket, 'message', { signal })) as [Buffer];
      const message = JSON.parse(data.toString()) as { id?: number; result?: unknown };
      if (message.id === 1) return message.result ?? {};
    }
  } finally {
    socket.terminate();
  }
}
