/** A Selenium Grid on this machine: a hub and nodes, each a separate process that can be killed and restarted. For `npm run grid`, tests and benchmark. */
import { spawn, spawnSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long hub and nodes may take until they serve, in milliseconds: on two busy processors, some 30 s. */
const START_MS = 120_000;
/** How long a process may take to end by itself, in milliseconds. */
const END_MS = 5_000;

/**
 * @typedef {object} GridProcess
 * @property {number} pid
 * @property {() => Promise<void>} kill at once and with its browsers, as a machine that is gone
 * @property {() => Promise<void>} end ends it, and its browsers
 *
 * @typedef {object} LocalGrid
 * @property {string} url of its hub
 * @property {GridProcess[]} nodes
 * @property {GridProcess} hub the one of now
 * @property {() => Promise<void>} killHub
 * @property {() => Promise<void>} startHub starts the hub again, at the same place, and waits for its nodes
 * @property {(index: number) => Promise<void>} startNode starts a node in the place of one that was killed, and waits for it
 * @property {() => Promise<number>} usedSlots
 * @property {() => Promise<void>} close ends all of it
 */

/**
 * Starts a Grid, and waits until it serves.
 *
 * @param {object} options
 * @param {{ java: string, jar: string, chromedriver: string, chromium: string }} options.parts
 * @param {number} [options.port] of the hub (default: a free one)
 * @param {number} [options.nodes] (default 2)
 * @param {number} [options.slots] of each node (default 2)
 * @param {string[]} [options.hubArgs]
 * @param {string[]} [options.nodeArgs]
 * @param {Record<string, string>} [options.headers] what lets us look at its status
 * @param {string} [options.hidden] a folder that nodes do not see, as if they were on other machines; needs Linux, and root
 * @returns {Promise<LocalGrid>}
 */
export async function startGrid({
  parts,
  port,
  nodes: count = 2,
  slots = 2,
  hubArgs = [],
  nodeArgs = [],
  headers = {},
  hidden,
}) {
  const folder = mkdtempSync(join(tmpdir(), 'grid-'));
  const [hubPort, publish, subscribe, ...nodePorts] = await freePorts(3 + count);
  const url = `http://127.0.0.1:${port ?? hubPort}`;
  const bus = [
    ...['--publish-events', `tcp://127.0.0.1:${publish}`],
    ...['--subscribe-events', `tcp://127.0.0.1:${subscribe}`],
  ];
  const driver = wrapper(folder, parts.chromium);
  const java = (name, args) =>
    startProcess(parts.java, ['-jar', parts.jar, ...args], { folder, name });
  const javaWithout = (name, args) => {
    const hide = ['-m', 'sh', '-c', 'mount -t tmpfs none "$0" && exec "$@"', hidden];
    const command = [...hide, parts.java, '-jar', parts.jar, ...args];
    return startProcess('unshare', command, { folder, name });
  };
  const startHub = () =>
    java('hub', ['hub', '--host', '127.0.0.1', '--port', new URL(url).port, ...bus, ...hubArgs]);
  const startNode = (nodePort, index) =>
    (hidden ? javaWithout : java)(`node-${index + 1}`, [
      ...['node', '--host', '127.0.0.1', '--port', String(nodePort), ...bus, '--hub', url],
      ...['--max-sessions', String(slots), '--override-max-sessions', 'true'],
      ...['--selenium-manager', 'false', '--detect-drivers', 'false'],
      ...['--register-period', '600', '--register-cycle', '2', '--driver-configuration'],
      ...['display-name=Chrome', `webdriver-executable=${parts.chromedriver}`],
      `max-sessions=${slots}`,
      `stereotype=${JSON.stringify({ browserName: 'chrome', 'goog:chromeOptions': { binary: driver } })}`,
      ...nodeArgs,
    ]);
  let hub = startHub();
  const nodes = nodePorts.map(startNode);
  const close = async () => {
    await Promise.all([...nodes, hub].map((it) => it.end()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const stateOf = () => readStatus(url, headers);
  try {
    await waitFor(stateOf, count, [hub, ...nodes]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    nodes,
    get hub() {
      return hub;
    },
    killHub: () => hub.kill(),
    startHub: async () => {
      hub = startHub();
      await waitFor(stateOf, running(nodes), [hub]);
    },
    startNode: async (index) => {
      nodes[index] = startNode(nodePorts[index], index);
      await waitFor(stateOf, running(nodes), [nodes[index]]);
    },
    usedSlots: async () => (await stateOf())?.used ?? Number.NaN,
    close,
  };
}

function running(processes) {
  return processes.filter((it) => it.isRunning()).length;
}

async function waitFor(stateOf, count, processes) {
  for (const deadline = Date.now() + START_MS; ; await delay(200)) {
    const dead = processes.find((it) => !it.isRunning());
    if (dead)
      throw new Error(`The Grid's ${dead.name} ended at its start. It said:\n${dead.said()}`);
    const state = await stateOf();
    if (state?.ready && state.nodes >= count) return;
    if (Date.now() > deadline)
      throw new Error(
        `The Grid was not ready within ${START_MS / 1000} s.\n${processes[0].said()}`,
      );
  }
}

async function readStatus(url, headers) {
  try {
    const { value } = await (await fetch(`${url}/status`, { headers })).json();
    const up = value.nodes.filter(({ availability }) => availability === 'UP');
    const slots = up.flatMap((node) => node.slots);
    return { ready: value.ready, nodes: up.length, used: slots.filter((it) => it.session).length };
  } catch {
    return undefined; // not yet, or not now
  }
}

/** A process in a group of its own, with a folder that its browsers' profiles go into: by it they are found when their driver was killed. */
function startProcess(command, args, { folder, name }) {
  const own = join(folder, `${name}-${Math.random().toString(36).slice(2, 8)}`);
  mkdirSync(own);
  const child = spawn(command, args, {
    cwd: own,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: own, JAVA_TOOL_OPTIONS: `-Djava.io.tmpdir=${own}` },
  });
  let tail = '';
  const file = createWriteStream(join(own, 'log.txt'));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-4_000);
      file.write(text);
    });
  const onExit = () => killAll(); // the process that started it may be killed
  process.once('exit', onExit);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.once('error', (error) => (tail += error.message));
  const isRunning = () =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const killAll = () => {
    signalGroup(child.pid, 'SIGKILL');
    for (const pid of processesIn(own)) killProcess(pid);
  };
  return {
    name,
    pid: child.pid,
    said: () => tail,
    isRunning,
    kill: async () => {
      killAll();
      await exited;
    },
    end: async () => {
      if (isRunning()) {
        signalGroup(child.pid, 'SIGTERM');
        await Promise.race([exited, delay(END_MS)]);
      }
      killAll();
      process.off('exit', onExit);
    },
  };
}

/** Drivers put their browsers into groups of their own; what they have all inherited is the folder in their environment. */
function processesIn(folder) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

function killProcess(pid) {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // it is gone
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // it is gone
  }
}

/** As root Chromium starts only without its sandbox, which the images of Selenium's nodes do without, too. */
function wrapper(folder, chromium) {
  if (process.getuid?.() !== 0) return chromium;
  const file = join(folder, 'chromium');
  writeFileSync(file, `#!/bin/sh\nexec '${chromium}' --no-sandbox "$@"\n`, { mode: 0o755 });
  return file;
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Where an executable of this machine is; undefined when there is none. */
export function whereIs(command) {
  const { stdout, status } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], {
    encoding: 'utf8',
  });
  return status === 0 && existsSync(stdout.trim()) ? stdout.trim() : undefined;
}
