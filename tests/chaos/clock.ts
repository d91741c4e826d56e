/** A clock that can be set, for every process of a run: the time of a machine cannot be changed for some of its processes. */
import { CdpConnection } from '../../src/cdp/connection';
import { WebSocketTransport } from '../../src/cdp/web-socket-transport';
import { eventually } from '../eventually';
import { signal } from './signal';

/** What the clocks are set ahead by, in milliseconds. */
export const AHEAD_MS = 3_600_000;
/** Where Node opens its inspector at SIGUSR1. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';

/** The clock of a process that loads this first goes ahead an hour at SIGUSR2, and comes back at the next one; what is measured by other clocks goes on, as after any change of the time. */
export const CLOCK = `
const now = Date.now.bind(Date);
let aheadMs = 0;
Date.now = () => now() + aheadMs;
process.on('SIGUSR2', () => { aheadMs = aheadMs ? 0 : ${AHEAD_MS}; });
`;

/** Has a process load that now, if it has not: the host of a run takes no such orders from the environment. False when it cannot be told. */
export async function giveClock(pid: number): Promise<boolean> {
  if (!signal(pid, 'SIGUSR1')) return false;
  const [target] = await eventually(async () => {
    const answer = await fetch(INSPECTOR);
    return (await answer.json()) as { webSocketDebuggerUrl: string }[];
  }).catch(() => []);
  if (!target) return false;
  const connection = new CdpConnection(
    await WebSocketTransport.connect(target.webSocketDebuggerUrl, { timeoutMs: 10_000 }),
  );
  const { result } = await connection.send('Runtime.evaluate', {
    expression: `process.pid === ${pid} && (() => {
      setTimeout(() => process.getBuiltinModule('inspector').close(), 100);
      if (process.listenerCount('SIGUSR2') > 0) return true;
      ${CLOCK}
      return true;
    })()`,
    returnByValue: true,
  });
  connection.close();
  return result.value === true;
}
