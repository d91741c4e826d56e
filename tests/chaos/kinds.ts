/** Every kind of fault, and the order in which they strike: each as often as every other. */
import { OF_DISKS } from './faults-of-disks';
import { OF_GRIDS } from './faults-of-grids';
import { OF_RUNS } from './faults-of-runs';
import { OF_SERVERS } from './faults-of-servers';
import type { Kind } from './fault';
import type { PlaceName } from './place';
import type { Random } from './random';

const OF_PLACES: Record<PlaceName, readonly Kind[]> = {
  embedded: [],
  'self-hosted over cdp': OF_SERVERS,
  'self-hosted over playwright': OF_SERVERS,
  grid: OF_GRIDS,
};

/** What can strike a run there, without what the machine does not let us do. */
export function kindsOf(place: PlaceName, { hasDisks }: { hasDisks: boolean }): readonly Kind[] {
  const all = [...OF_RUNS, ...OF_PLACES[place], ...OF_DISKS];
  return all.filter(({ needsDisk }) => hasDisks || !needsDisk);
}

/**
 * Deals the kinds of a place to its rounds. All of them are dealt before one comes again. What ends a run has a round of its own, so
 * that the others are judged by a whole report.
 */
export class Deck {
  readonly #kinds: readonly Kind[];
  readonly #random: Random;
  #left: Kind[] = [];

  constructor(kinds: readonly Kind[], random: Random) {
    if (kinds.length === 0) throw new Error('There is no such kind of fault.');
    this.#kinds = kinds;
    this.#random = random;
  }

  /** The kinds of the next round, at most so many. */
  deal(count: number): Kind[] {
    const dealt: Kind[] = [];
    while (dealt.length < count) {
      if (this.#left.length === 0) this.#left = this.#random.shuffle(this.#kinds);
      const isFirst = dealt.length === 0;
      const at = isFirst ? 0 : this.#left.findIndex(({ endsRun }) => !endsRun);
      const [next] = at < 0 ? [] : this.#left.splice(at, 1);
      if (next) dealt.push(next);
      if (!next || next.endsRun) break;
    }
    return dealt;
  }
}
