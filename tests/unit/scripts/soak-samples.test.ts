import { expect, test } from 'vitest';
import { figuresOf, type Sample } from '../../../scripts/lib/soak-samples.mjs';

const MB = 1024 * 1024;

/** A sample after each test. */
function samples(tests: number, of: (done: number) => Omit<Sample, 'done'>): Sample[] {
  return Array.from({ length: tests }, (_, done) => ({ done, ...of(done) }));
}

test('waves of garbage are no growth, and what grew before the first tests were done is left out', () => {
  const all = [
    ...samples(1_100, (done) => ({
      kind: 'host',
      rssBytes: (done < 200 ? done / 4 : 100 + (done % 250)) * MB,
      fds: done < 200 ? done : 40,
    })),
    ...samples(1_100, () => ({ kind: 'worker', rssBytes: 80 * MB, fds: 30 })),
  ];
  const { host, worker } = figuresOf({ all }, { fromTest: 200, tests: 1_100 });
  expect(host.rss_growth).toBeLessThan(0.1);
  expect(host).toMatchObject({ peak_mb: [349, 349], fds: [40, 40], fd_growth: 0 });
  expect(worker).toEqual({
    rss_mb: [80, 80],
    rss_growth: 0,
    peak_mb: [80, 80],
    fds: [30, 30],
    fd_growth: 0,
  });
});

test('what grows with each test is told', () => {
  const all = samples(2_000, (done) => ({
    kind: 'host',
    rssBytes: (100 + done / 50) * MB,
    fds: 40 + Math.floor(done / 100),
  }));
  const { host } = figuresOf({ all }, { fromTest: 200, tests: 2_000 });
  expect(host).toEqual({
    rss_mb: [105.2, 129.2],
    rss_growth: 0.228,
    peak_mb: [116, 140],
    fds: [45, 57],
    fd_growth: 12,
  });
});
