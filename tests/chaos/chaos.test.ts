/** Rounds of chaos, by the plan that `npm run chaos` makes: nothing is left, nothing is lost, and every failure has its fault. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { canMount } from '../small-disk';

import { Deck, kindsOf } from './kinds';
import { openPlace, PLACES, type Place, type PlaceName } from './place';
import { Random } from './random';
import { playRound, type Findings } from './round';
import { StruckGrid } from './struck-grid';
import { timeOf } from './verdict';

/** The plan, from the environment of the command; an empty value means its default. */
const {
  CHAOS_SEED,
  CHAOS_FAULTS,
  CHAOS_PLACES,
  CHAOS_KINDS,
  CHAOS_MINUTES,
  CHAOS_RESULTS = '.cache/chaos/rounds.json',
} = process.env;
const FAULTS = Number(CHAOS_FAULTS || 30);
/** No round begins later than that, in milliseconds. */
const TIME_MS = Number(CHAOS_MINUTES || Infinity) * 60_000;
const FAULTS_OF_ROUND = 14;
/** Rounds in a row in which nothing was struck: then the kinds that were asked for cannot be. */
const MAX_EMPTY = 5;

const whats = ['leaked', 'lost', 'unexplained'] as const;

test('whatever strikes a run, nothing is left, nothing is lost, and no innocent test fails', async () => {
  const random = new Random(Number(CHAOS_SEED || 1));
  const hasDisks = canMount();
  if (!hasDisks) console.log('chaos: no full disks: this user may not mount small ones');
  const sinceMs = performance.now();
  const places = new Map<PlaceName, Place>();
  const rounds: (Findings & { place: string; seed: number })[] = [];
  const decks = placesToPlay().flatMap((name) => {
    const kinds = kindsOf(name, { hasDisks }).filter(isWanted);
    return kinds.length > 0 ? [{ name, deck: new Deck(kinds, random) }] : [];
  });
  const struck = (): number => rounds.reduce((sum, { faults }) => sum + faults.length, 0);
  try {
    while (struck() < FAULTS && performance.now() - sinceMs < TIME_MS) {
      const turn = decks[rounds.length % decks.length];
      if (!turn) throw new Error(`No fault is of these kinds: ${CHAOS_KINDS}`);
      const { name, deck } = turn;
      const place = places.get(name) ?? (await openPlace(name, { hasDisks }));
      places.set(name, place);
      const seed = random.below(1_000_000);
      const kinds = deck.deal(Math.min(FAULTS_OF_ROUND, FAULTS - struck()));
      const round = await playRound({ place, seed, kinds, hasDisks });
      rounds.push({ place: name, seed, ...round });
      tell(rounds.length, name, round);
      mkdirSync(dirname(CHAOS_RESULTS), { recursive: true });
      writeFileSync(CHAOS_RESULTS, JSON.stringify(rounds, undefined, 1));
      const isStuck = rounds.slice(-MAX_EMPTY).every(({ faults }) => faults.length === 0);
      if (rounds.length >= MAX_EMPTY && isStuck) throw new Error('There is nothing to strike.');
    }
  } finally {
    for (const place of places.values()) await place.close();
  }
  const all = (what: (typeof whats)[number]): string[] =>
    rounds.flatMap((round, n) => round[what].map((it) => `round ${n + 1}, ${round.place}: ${it}`));
  expect({ leaked: all('leaked'), lost: all('lost'), unexplained: all('unexplained') }).toEqual({
    leaked: [],
    lost: [],
    unexplained: [],
  });
});

/** Those that were asked for, without what this machine lacks. */
function placesToPlay(): PlaceName[] {
  const chosen = CHAOS_PLACES ? CHAOS_PLACES.split(',') : PLACES;
  const unknown = chosen.find((it) => !(PLACES as readonly string[]).includes(it));
  if (unknown !== undefined)
    throw new Error(`There is no place "${unknown}"; there are: ${PLACES.join(', ')}.`);
  const missing = StruckGrid.missing();
  if (missing !== undefined && chosen.includes('grid'))
    console.log(`chaos: no Grid: there is ${missing}`);
  return PLACES.filter((it) => chosen.includes(it) && (it !== 'grid' || missing === undefined));
}

function isWanted({ name }: { name: string }): boolean {
  return !CHAOS_KINDS || CHAOS_KINDS.split(',').includes(name);
}

function tell(number: number, place: PlaceName, { faults, goneMs, ...round }: Findings): void {
  console.log(`round ${number}, ${place}: ${faults.map(({ kind }) => kind).join(', ')}`);
  const isClean = whats.every((what) => round[what].length === 0);
  if (isClean) return;
  console.log(`  clean after ${goneMs} ms`);
  for (const { kind, fromMs, toMs } of faults)
    console.log(`  ${timeOf(fromMs)} to ${timeOf(toMs)}: ${kind}`);
  for (const what of whats) for (const it of round[what]) console.log(`  ${what}: ${it}`);
}
