/** What `npm run hostile` runs: every attack, or those that were named. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { attacksNamed } from './attacks';
import { LIMITS, missed } from './figures';
import { playRound } from './round';

/** The plan, from the environment of the command. */
const {
  HOSTILE_SEED = '1',
  HOSTILE_SECONDS = '300',
  HOSTILE_ONLY = '',
  HOSTILE_RESULTS = '.cache/hostile/figures.json',
} = process.env;

test('whatever pages, clients and strangers do, the server and the other team go on', async () => {
  const names = HOSTILE_ONLY.split('\n').filter((it) => it !== '');
  const { measures, remarks } = await playRound({
    seed: Number(HOSTILE_SEED),
    attacks: attacksNamed(names),
    timeMs: Number(HOSTILE_SECONDS) * 1_000,
    say: (line) => console.log(line),
  });
  mkdirSync(dirname(HOSTILE_RESULTS), { recursive: true });
  writeFileSync(HOSTILE_RESULTS, JSON.stringify(measures));
  for (const remark of remarks) console.log(`  ${remark}`);
  const { attacks: _fewer, ...others } = LIMITS;
  expect(missed(measures, names.length > 0 ? others : LIMITS)).toEqual([]);
});
