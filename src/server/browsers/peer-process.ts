/** Tells whose connection on loopback it is: the kernel knows the user and the process behind each socket. Linux says so; other systems are not asked. */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Columns of a line of `/proc/net/tcp`: addresses as `0100007F:1F90`, the user's id, and the number of the socket. */
const COLUMNS = { local: 1, remote: 2, user: 7, socket: 9 } as const;

/** Both ends of a connection on 127.0.0.1. */
export interface LoopbackConnection {
  /** The port of the end that connected. */
  fromPort: number | undefined;
  /** The port of the end that listened. */
  toPort: number | undefined;
}

/** Whether this system tells whose a connection is. */
export const tellsPeers = process.platform === 'linux';

/**
 * Whether one of the processes opened the connection. One that shows its files to nobody is taken for it, if the connection is this user's.
 * @param processIds undefined where they cannot be known: then it is this user that counts
 */
export async function isFromProcess(
  connection: LoopbackConnection,
  processIds: readonly number[] | undefined,
): Promise<boolean> {
  const peer = await peerOf(connection);
  if (!peer || peer.userId !== process.getuid?.()) return false;
  if (!processIds) return true;
  const held = await Promise.all(processIds.map((id) => holds(id, peer.socket)));
  return held.some((it) => it !== false);
}

/**
 * Those of a browser's processes that open its connections: its network service, and itself, where that is a part of it.
 * Undefined when the browser numbers its processes in its own way (a container around it).
 */
export async function networkProcesses(
  processes: readonly { type: string; id: number }[],
): Promise<number[] | undefined> {
  const commands = await Promise.all(
    processes.map(({ id }) => readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '')), // ended meanwhile
  );
  const isNamed = (index: number, name: string): boolean =>
    commands[index]?.includes(name) === true;
  const isBrowser = ({ type }: { type: string }): boolean => type === 'browser';
  if (!isNamed(processes.findIndex(isBrowser), '--remote-debugging-pipe')) return undefined;
  return processes
    .filter((it, index) => isBrowser(it) || isNamed(index, 'network.mojom.NetworkService'))
    .map(({ id }) => id);
}

/** Undefined when there is no such connection any more. */
async function peerOf({
  fromPort = 0,
  toPort = 0,
}: LoopbackConnection): Promise<{ userId: number; socket: string } | undefined> {
  const table = await readFile('/proc/self/net/tcp', 'latin1');
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (
      columns[COLUMNS.local]?.endsWith(hexPort(fromPort)) &&
      columns[COLUMNS.remote]?.endsWith(hexPort(toPort))
    )
      return {
        userId: Number(columns[COLUMNS.user]),
        socket: `socket:[${columns[COLUMNS.socket]}]`,
      };
  }
  return undefined;
}

function hexPort(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether the process has the socket open; undefined when that is not shown. */
async function holds(processId: number, socket: string): Promise<boolean | undefined> {
  const folder = `/proc/${processId}/fd`;
  try {
    const links = await Promise.all(
      (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')), // closed meanwhile
    );
    return links.includes(socket);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? undefined : false;
  }
}
