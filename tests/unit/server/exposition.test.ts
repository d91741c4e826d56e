import { expect, test } from 'vitest';
import { Counter, exposition, gauge, Histogram } from '../../../src/server/metrics/exposition';

test('each kind of metric as text, with everything escaped that must be', () => {
  const count = new Counter('c_total', 'A count\nof \\ things.', {
    name: 'by',
    values: ['a', 'b'],
  });
  count.add('a');
  count.add('a', 2);
  const times = new Histogram('t_seconds', 'Times.', [0.5, 2]);
  for (const seconds of [0.5, 1, 3]) times.add(seconds);
  const now = gauge('g', 'Now.', () => [[{ x: 'a"b\\c\nd', y: '1' }, -1.5]]);
  expect(exposition([count, times, now])).toBe(
    [
      '# HELP c_total A count\\nof \\\\ things.',
      '# TYPE c_total counter',
      'c_total{by="a"} 3',
      'c_total{by="b"} 0',
      '# HELP t_seconds Times.',
      '# TYPE t_seconds histogram',
      't_seconds_bucket{le="0.5"} 1',
      't_seconds_bucket{le="2"} 2',
      't_seconds_bucket{le="+Inf"} 3',
      't_seconds_sum 4.5',
      't_seconds_count 3',
      '# HELP g Now.',
      '# TYPE g gauge',
      'g{x="a\\"b\\\\c\\nd",y="1"} -1.5',
      '',
    ].join('\n'),
  );
});
