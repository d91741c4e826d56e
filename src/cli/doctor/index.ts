/** `sessionwright doctor`: checks this machine, the suite and the source of its sessions, by the code of a run. */
import { resolve } from 'node:path';
import { countText } from '../../base/texts';
import { command } from '../command';
import { printJson, printText } from '../output';
import { checked, type Check } from './check';
import { liveChecks } from './live-checks';
import { loadSuite } from './playwright';
import type { SuiteFacts } from './suite-facts';

const USAGE = `Usage: sessionwright doctor [folder] [options]

Checks everything that a run needs: this machine, the Playwright configuration in a folder (default: this one), and the source of its sessions. Then
runs one test on a session. Changes nothing. The exit code is 1 if a check fails.

  --quick          do not start a session
  --config <file>  as in Playwright
  --json           print { checks, summary } as JSON`;

const TITLES: Record<Check['category'], string> = {
  machine: 'Machine',
  suite: 'Suite',
  sessions: 'Sessions',
  live: 'A session',
};
const SYMBOLS: Record<Check['status'], string> = { pass: '✓', warn: '!', fail: '✗', info: '·' };

/** Runs all checks. */
export const doctor = command(
  {
    usage: USAGE,
    options: { quick: { type: 'boolean' }, config: { type: 'string' } },
    maxWords: 1,
  },
  async ({ json, quick = false, config }, [folder = '.']) => {
    const checks = await allChecks(resolve(folder), { quick, config });
    const summary = { pass: 0, warn: 0, fail: 0, info: 0 };
    for (const { status } of checks) summary[status]++;
    if (json) printJson({ checks, summary }, 2);
    else printText(describe(checks, summary));
    if (summary.fail > 0) process.exitCode = 1;
  },
);

async function allChecks(
  folder: string,
  { quick, config }: { quick: boolean; config: string | undefined },
): Promise<Check[]> {
  let suite: SuiteFacts | undefined;
  const loading = checked({ id: 'config', category: 'suite' }, async () => {
    suite = await loadSuite(folder, config);
    return { status: 'pass', message: '' };
  });
  const { machineChecks, sourceChecks, suiteChecks } = await import('./checks');
  const checks = await machineChecks(folder);
  const loaded = await loading;
  if (!suite) return [...checks, loaded];
  checks.push(...(await suiteChecks(suite)), ...(await sourceChecks(suite)));
  const isBroken = checks.some(({ status }) => status === 'fail');
  return quick || isBroken ? checks : [...checks, ...(await liveChecks(folder, suite))];
}

function describe(checks: readonly Check[], summary: Record<Check['status'], number>): string {
  const lines = (Object.keys(TITLES) as Check['category'][]).flatMap((category) => {
    const own = checks.filter((it) => it.category === category);
    return own.length === 0 ? [] : [TITLES[category], ...own.flatMap(linesOf), ''];
  });
  const parts = [
    `${summary.pass} passed`,
    ...(summary.warn > 0 ? [countText(summary.warn, 'warning')] : []),
    ...(summary.fail > 0 ? [`${summary.fail} failed`] : []),
  ];
  return [...lines, `${countText(checks.length, 'check')}: ${parts.join(', ')}`].join('\n');
}

function linesOf({ status, message, fix }: Check): string[] {
  const [first = '', ...more] = message.split('\n');
  return [
    `  ${SYMBOLS[status]} ${first}`,
    ...more.map((line) => `    ${line}`),
    ...(fix === undefined ? [] : [`    fix: ${fix}`]),
  ];
}
