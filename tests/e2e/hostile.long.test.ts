/** A short round of what `npm run hostile` does at length. */
import { expect, test } from 'vitest';
import { ATTACKS } from '../hostile/attacks';
import { playRound } from '../hostile/round';

/** The seed picks the order. Every second attack fits into a minute. */
const SEED = 1;

test.skipIf(process.platform !== 'linux')(
  'pages, clients and strangers attack for a minute: the server lives, and an innocent suite passes',
  { timeout: 600_000 },
  async () => {
    const { measures, remarks } = await playRound({
      seed: SEED,
      attacks: ATTACKS.filter((_, n) => n % 2 === 0),
      timeMs: 60_000,
      isShort: true,
    });
    const { crashes, lost_sessions, innocent_failures, leaks_between_accounts } = measures;
    expect({
      ...{ crashes, lost_sessions, innocent_failures, leaks_between_accounts },
      remarks:
        crashes + lost_sessions + innocent_failures + leaks_between_accounts > 0 ? remarks : [],
    }).toEqual({
      ...{ crashes: 0, lost_sessions: 0, innocent_failures: 0, leaks_between_accounts: 0 },
      remarks: [],
    });
  },
);
