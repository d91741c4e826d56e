/** Rounds of chaos, by the plan that `npm run chaos` makes: nothing is left, nothing is lost, and every failure has its fault. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { PLACES, type PlaceName } from './place';
import { Random } from './random';
import { playRound, type Findings } from './round';

/** The plan, from the environment of the command; an empty value means its default. */
const {
  CHAOS_SEED,
  CHAOS_FAULTS,
  CHAOS_PLACES,
  CHAOS_KINDS,
  CHAOS_RESULTS = '.cache/chaos/rounds.json',
} = process.env;
const FAULTS = Number(CHAOS_FAULTS || 30);
const CHOSEN = CHAOS_PLACES ? (CHAOS_PLACES.split(',') as PlaceName[]) : PLACES;
const FAULTS_OF_ROUND = 3;

test('whatever strikes a run, nothing is left, nothing is lost, and no innocent test fails', async () => {
  const random = new Random(Number(CHAOS_SEED || 1));
  const rounds: (Findings & { place: string; seed: number })[] = [];
  const struck = (): number => rounds.reduce((sum, { faults }) => sum + faults.length, 0);
  while (struck() < FAULTS) {
    const place = CHOSEN[rounds.length % CHOSEN.length] ?? 'embedded';
    const seed = random.below(1_000_000);
    const round = await playRound({
      place,
      seed,
      faults: Math.min(FAULTS_OF_ROUND, FAULTS - struck()),
      kinds: CHAOS_KINDS ? CHAOS_KINDS.split(',') : undefined,
    });
    rounds.push({ place, seed, ...round });
    console.log(`round ${rounds.length}, ${place}, seed ${seed}: ${round.faults.join(', ')}`);
    for (const what of ['leaked', 'lost', 'unexplained'] as const)
      for (const it of round[what]) console.log(`  ${what}: ${it}`);
    mkdirSync(dirname(CHAOS_RESULTS), { recursive: true });
    writeFileSync(CHAOS_RESULTS, JSON.stringify(rounds, undefined, 1));
  }
  const all = (what: 'leaked' | 'lost' | 'unexplained'): string[] =>
    rounds.flatMap((round) => round[what].map((it) => `${round.place}, seed ${round.seed}: ${it}`));
  expect({ leaked: all('leaked'), lost: all('lost'), unexplained: all('unexplained') }).toEqual({
    leaked: [],
    lost: [],
    unexplained: [],
  });
});
