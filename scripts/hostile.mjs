/**
 * `npm run hostile`: a server with a small heap and two teams. One runs an ordinary suite while pages and clients of the other, and
 * callers without a key, attack. The same seed attacks in the same order: `npm run hostile -- --seed 7 --seconds 60 --only scrape`.
 * Ends with one line of JSON, and fails when a limit is missed. Linux only.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EMBEDDED, main, ROOT, run } from './lib/child.mjs';
import { setup, SetupError } from './setup.mjs';

const RESULTS = join(ROOT, '.cache/hostile/figures.json');
const LIMIT_MS = 3_600_000;
/** How long processes may take to end after the round, in milliseconds. */
const GONE_MS = 20_000;

await main(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      seconds: { type: 'string', default: '300' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  try {
    await setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return 1;
  }
  rmSync(RESULTS, { force: true });
  console.log(`hostile: seed ${values.seed}`);
  const folder = mkdtempSync(join(tmpdir(), 'sw-hostile-'));
  try {
    const { code } = await run(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--project', 'hostile'],
      {
        show: true,
        limitMs: LIMIT_MS,
        env: {
          ...EMBEDDED,
          TMPDIR: folder,
          HOSTILE_SEED: values.seed,
          HOSTILE_SECONDS: values.seconds,
          HOSTILE_ONLY: values.only.join('\n'),
          HOSTILE_RESULTS: RESULTS,
        },
      },
    );
    const left = await leftIn(folder);
    for (const it of left) console.error(`left: ${it}`);
    if (!existsSync(RESULTS)) return 1; // the round itself has failed, and said why
    console.log(readFileSync(RESULTS, 'utf8'));
    return code || left.length > 0 ? 1 : 0;
  } finally {
    await leftIn(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
});

/** Processes that name the round's folder, and do not end by themselves. They are killed. */
async function leftIn(folder) {
  for (const until = Date.now() + GONE_MS; Date.now() < until; await delay(100))
    if (processesIn(folder).length === 0) return [];
  const left = processesIn(folder);
  for (const { pid } of left) kill(pid);
  return left.map(({ pid, command }) => `${pid} ${command}`);
}

function processesIn(folder) {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOurs =
        command.includes(folder) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      return isOurs ? [{ pid: Number(pid), command: command.slice(0, 120) }] : [];
    } catch {
      return []; // it has ended
    }
  });
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
