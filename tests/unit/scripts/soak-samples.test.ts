import { expect, test } from 'vitest';
import { figuresOf, type Look, type Sample } from '../../../scripts/lib/soak-samples.mjs';

const MB = 1024 * 1024;

/** A sample after each test. */
function samples(tests: number, of: (done: number) => Omit<Sample, 'done'>): Sample[] {
  return Array.from({ length: tests }, (_, done) => ({ done, ...of(done) }));
}

function look(kind: Look['kind'], heldMb: number, rssMb = 80): Look {
  return { kind, heldBytes: heldMb * MB, rssBytes: rssMb * MB };
}

test('waves of garbage are no growth, and descriptors of before the first tests are left out', () => {
  const all = [
    ...samples(1_100, (done) => ({
      kind: 'host',
      rssBytes: (100 + (done % 250)) * MB,
      fds: done < 200 ? done : 40,
    })),
    ...samples(1_100, () => ({ kind: 'worker', rssBytes: 80 * MB, fds: 30 })),
  ];
  const looks = [look('worker', 50), look('host', 14), look('worker', 50)];
  const { host, worker } = figuresOf(
    { all, first: looks, last: looks },
    { fromTest: 200, tests: 1_100 },
  );
  expect(host).toEqual({
    held_mb: [14, 14],
    growth: 0,
    peak_mb: [349, 349],
    fds: [40, 40],
    fd_growth: 0,
  });
  expect(worker).toEqual({
    held_mb: [100, 100],
    growth: 0,
    peak_mb: [80, 80],
    fds: [30, 30],
    fd_growth: 0,
  });
});

test('what is held more is told as a share of the memory, and descriptors that were not given back', () => {
  const all = samples(2_000, (done) => ({
    kind: 'host',
    rssBytes: (100 + done / 50) * MB,
    fds: 40 + Math.floor(done / 100),
  }));
  const first = [look('host', 14, 100)];
  const { host } = figuresOf(
    { all, first, last: [look('host', 30)] },
    { fromTest: 200, tests: 2_000 },
  );
  expect(host).toEqual({
    held_mb: [14, 30],
    growth: 0.16,
    peak_mb: [116, 140],
    fds: [45, 57],
    fd_growth: 12,
  });
});
