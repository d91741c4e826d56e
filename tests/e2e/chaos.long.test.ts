/** A short round of what `npm run chaos` does at length. */
import { expect, test } from 'vitest';
import { kindsOf } from '../chaos/kinds';
import { openPlace } from '../chaos/place';
import { playRound } from '../chaos/round';

test(
  'a worker, a browser and a tab are killed in one run: nothing is left or lost, and only their tests fail',
  { timeout: 600_000 },
  async () => {
    const place = await openPlace('embedded', { hasDisks: false });
    const kinds = kindsOf('embedded', { hasDisks: false }).filter(({ name }) =>
      ['worker killed', 'browser killed', 'tab killed'].includes(name),
    );
    const { faults, leaked, lost, unexplained } = await playRound({ place, seed: 1, kinds });
    expect(faults.length).toBeGreaterThan(0);
    expect({ leaked, lost, unexplained }).toEqual({ leaked: [], lost: [], unexplained: [] });
    await place.close();
  },
);
