/** Finds out whose a connection on this machine is. The Linux kernel lists the user and the process of each socket; other systems are not asked. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { endianness } from 'node:os';
import { addressHex, unmapped } from '../../base/addresses';

/** The kernel's lists of connections, by the family of the socket. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** Columns of a line there: addresses as `0100007F:1F90`, the user's id, and the number of the socket. */
const COLUMNS = { local: 1, remote: 2, user: 7, socket: 9 } as const;

/** One end of a connection. */
export interface End {
  address: string | undefined;
  port: number | undefined;
}

/** A connection between two programs of this machine. */
export interface LocalConnection {
  /** The end that connected. */
  from: End;
  /** The end that listened. */
  to: End;
}

/** Whether this system tells whose a connection is. */
export const tellsPeers = process.platform === 'linux';

/**
 * Whether one of the processes opened the connection. One that shows its files to nobody is taken for it, if the connection is this user's.
 * @param processIds undefined where they cannot be known: then it is this user that counts
 */
export async function isFromProcess(
  connection: LocalConnection,
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

/**
 * Undefined when there is no such connection any more. Both addresses count, and not only the ports: each address of 127.0.0.0/8 has
 * ports of its own, and any user may connect from one of them.
 */
async function peerOf({
  from,
  to,
}: LocalConnection): Promise<{ userId: number; socket: string } | undefined> {
  const [local, remote] = [keyOf(from), keyOf(to)];
  for (const table of TABLES) {
    const lines = (await readFile(table, 'latin1').catch(() => '')).split('\n'); // without IPv6 there is no second one
    for (const line of lines) {
      const columns = line.trim().split(/\s+/);
      if (
        listedKey(columns[COLUMNS.local]) === local &&
        listedKey(columns[COLUMNS.remote]) === remote
      )
        return {
          userId: Number(columns[COLUMNS.user]),
          socket: `socket:[${columns[COLUMNS.socket]}]`,
        };
    }
  }
  return undefined;
}

/** Address and port in hex, such as `7f000001:1f90`. */
function keyOf({ address = '0.0.0.0', port = 0 }: End): string {
  return `${addressHex(address)}:${port.toString(16).padStart(4, '0')}`;
}

/** The same of an end as the kernel lists it: in words of four bytes, each in the byte order of the machine. */
function listedKey(end = ''): string {
  const [address = '', port = ''] = end.toLowerCase().split(':');
  const words = address.match(/.{8}/g) ?? [];
  const ordered = endianness() === 'LE' ? words.map(reverseBytes) : words;
  return `${unmapped(ordered.join(''))}:${port}`;
}

function reverseBytes(word: string): string {
  return word.replace(/(..)(..)(..)(..)/, '$4$3$2$1');
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
