/** What a run of a suite has on the machine (Linux only): its processes, their memory, the ports they listen on, their profile folders. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * Lists the processes of a run. They are known by a variable in their environment, or, since Chromium's children
 * overwrite theirs, by the run's temporary folder in their command line.
 *
 * @param {string} folder the run's temporary folder, which is also the value of `BENCH_OUTPUT`'s parent
 * @returns {{ pid: number, kind: 'chromium' | 'host' | 'other', rssBytes: number }[]}
 */
export function processesOf(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({
      pid: Number(name),
      command: read(`/proc/${name}/cmdline`),
      environment: read(`/proc/${name}/environ`),
      stat: read(`/proc/${name}/stat`),
    }))
    .filter(
      ({ command, environment, stat }) =>
        (command.includes(folder) || environment.includes(folder)) && !/\) Z /.test(stat),
    )
    .map(({ pid, command }) => ({ pid, kind: kindOf(command), rssBytes: rssOf(pid) }));
}

/** Lists the TCP ports on which the given processes listen. */
export function portsOf(pids) {
  const sockets = new Set(pids.flatMap(socketsOf));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    read(file)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      // Column 3 is the state (0A: LISTEN), column 9 the inode, column 1 address:port in hexadecimal (proc_net_tcp in the kernel's docs).
      .filter((fields) => fields[3] === '0A' && sockets.has(fields[9]))
      .map((fields) => parseInt(fields[1].split(':').at(-1), 16)),
  );
}

/** Returns the ports that still accept connections. */
export async function openPorts(ports) {
  const isOpen = (port) =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      const end = (result) => {
        socket.destroy();
        resolve(result);
      };
      socket.once('connect', () => end(true)).once('error', () => end(false));
    });
  const answers = await Promise.all(ports.map(isOpen));
  return ports.filter((_, index) => answers[index]);
}

/** Lists the Chromium profile folders below a folder: each holds a file `Local State`, or the port file of a browser that runs. */
export function profilesBelow(folder) {
  return entriesBelow(folder)
    .filter((entry) => entry.name === 'Local State' || entry.name === 'DevToolsActivePort')
    .map((entry) => entry.parentPath)
    .filter((path, index, all) => all.indexOf(path) === index);
}

function kindOf(command) {
  const [program, ...args] = command.split('\0');
  if (/chrom(e|ium)/.test(program)) return 'chromium';
  return /[\\/]host\.c?js$/.test(args[0] ?? '') ? 'host' : 'other';
}

function rssOf(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function socketsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(join(`/proc/${pid}/fd`, fd)))?.[1] ?? [],
    );
  } catch {
    return []; // it has ended
  }
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // the process has ended, or is another user's
  }
}

/** Everything in a folder. Reads again when a file disappears while it reads. */
function entriesBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code !== 'ENOENT' || !existsSync(folder)) throw error;
    return entriesBelow(folder);
  }
}
