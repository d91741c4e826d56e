/** What decides over a round of chaos: which faults strike, and whose failure each of them explains. */
import { expect, test } from 'vitest';
import { everybody, explains, nobody, ofSession, type Fault, type Kind } from '../../chaos/fault';
import { Deck, kindsOf } from '../../chaos/kinds';
import { PLACES } from '../../chaos/place';
import { Random } from '../../chaos/random';

const kind = (name: string, more: Partial<Kind> = {}): Kind => ({
  name,
  strike: async () => undefined,
  ...more,
});
const namesOf = (kinds: readonly Kind[]): string[] => kinds.map(({ name }) => name);

test('all kinds are dealt before one comes again, and what ends a run has a round of its own', () => {
  const kinds = [kind('a'), kind('b'), kind('c'), kind('d'), kind('end', { endsRun: true })];
  const deck = new Deck(kinds, new Random(5));
  const rounds = Array.from({ length: 12 }, () => namesOf(deck.deal(3)));
  const dealt = rounds.flat();
  for (let n = 0; n + kinds.length <= dealt.length; n += kinds.length)
    expect(dealt.slice(n, n + kinds.length).sort()).toEqual(namesOf(kinds).sort());
  const last = rounds.filter((names) => names.includes('end'));
  expect(last.length).toBeGreaterThan(0);
  expect(last.every((names) => names.length === 1)).toBe(true);
});

test('the same seed deals the same kinds again', () => {
  const deal = (seed: number): string[] => {
    const deck = new Deck(kindsOf('grid', { hasDisks: true }), new Random(seed));
    return Array.from({ length: 20 }, () => namesOf(deck.deal(10))).flat();
  };
  expect(deal(7)).toEqual(deal(7));
  expect(deal(7)).not.toEqual(deal(8));
});

test('each place has its own kinds, and full disks only where there are some', () => {
  for (const place of PLACES) {
    const names = namesOf(kindsOf(place, { hasDisks: false }));
    expect(names).toEqual(expect.arrayContaining(['worker killed', 'host hangs', 'Ctrl-C']));
    expect(names.includes('server killed')).toBe(place.startsWith('self-hosted'));
    expect(names.includes('node killed')).toBe(place === 'grid');
    expect(names.join()).not.toContain('disk');
    expect(namesOf(kindsOf(place, { hasDisks: true })).join()).toContain('disk full: cookies');
  }
});

test('a fault explains the failure of what it struck, while it had its effect, and of nothing else', () => {
  const ran = { workerIndex: 1, session: 'mine', beganAt: 10_000, endedAt: 12_000 };
  const at = (fromMs: number, toMs: number, touches: Fault['touches']): boolean =>
    explains({ kind: 'it', fromMs, toMs, touches }, ran);
  expect(at(11_000, 11_000, ofSession('mine'))).toBe(true);
  expect(at(11_000, 11_000, ofSession('other'))).toBe(false);
  expect(at(11_000, 11_000, nobody)).toBe(false);
  expect(at(5_000, 8_000, everybody)).toBe(false);
  expect(at(5_000, 10_500, everybody)).toBe(true);
  expect(at(13_000, Infinity, everybody)).toBe(false);
});
