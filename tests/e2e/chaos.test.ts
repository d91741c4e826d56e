/** A short round of what `npm run chaos` does at length. */
import { expect, test } from 'vitest';
import { playRound } from '../chaos/round';

test(
  'a worker, a browser and a tab are killed in one run: nothing is left or lost, and only their tests fail',
  { timeout: 600_000 },
  async () => {
    const round = await playRound({
      place: 'embedded',
      seed: 1,
      faults: 3,
      kinds: ['worker killed', 'browser killed', 'tab killed'],
    });
    expect(round).toEqual({
      faults: expect.arrayContaining([expect.any(String)]) as string[],
      leaked: [],
      lost: [],
      unexplained: [],
    });
  },
);
