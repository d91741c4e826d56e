/** A strict reader of the text format of Prometheus: what a lenient one forgives is an error here. */
import { expect } from 'vitest';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const VALUE = String.raw`(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)`;
const LABEL = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`;
const HELP_LINE = new RegExp(String.raw`^# HELP (${NAME}) ((?:[^\\\n]|\\\\|\\n)+)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE_LINE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (${VALUE})$`);

/** The figures by their names and labels, as they are written. Fails at whatever the format does not allow. */
export function parseMetrics(text: string): Map<string, number> {
  expect(text.endsWith('\n')).toBe(true);
  const figures = new Map<string, number>();
  const seen = new Set<string>();
  const lines = text.slice(0, -1).split('\n');
  while (lines.length > 0) {
    const [, name = ''] = match(HELP_LINE, lines.shift());
    expect(seen, 'a metric stands in one place').not.toContain(name);
    seen.add(name);
    const [, typed, type] = match(TYPE_LINE, lines.shift());
    expect(typed).toBe(name);
    if (type === 'counter') expect(name).toMatch(/_total$/);
    const own: [string, number][] = [];
    while (lines[0] !== undefined && !lines[0].startsWith('#')) {
      const [, sample = '', labels = '', value] = match(SAMPLE_LINE, lines.shift());
      const allowed = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      expect(allowed, sample).toContain(sample.slice(name.length));
      expect(sample.startsWith(name), sample).toBe(true);
      expect(figures.has(sample + labels), `${sample}${labels} twice`).toBe(false);
      figures.set(sample + labels, Number(value?.replace('Inf', 'Infinity')));
      own.push([sample + labels, Number(value)]);
    }
    expect(own.length, `${name} has no figure`).toBeGreaterThan(0);
    if (type === 'histogram') checkHistogram(name, own);
  }
  return figures;
}

function match(pattern: RegExp, line = ''): RegExpExecArray {
  const found = pattern.exec(line);
  if (!found) throw new Error(`not in the format: ${line}`);
  return found;
}

/** Buckets rise, and the last one has all. */
function checkHistogram(name: string, figures: [string, number][]): void {
  const buckets = figures.filter(([it]) => it.startsWith(`${name}_bucket`));
  const bounds = buckets.map(([it]) =>
    Number(/le="(.+)"/.exec(it)?.[1]?.replace('+Inf', 'Infinity')),
  );
  const counts = buckets.map(([, count]) => count);
  expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  expect(bounds.at(-1)).toBe(Infinity);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(Object.fromEntries(figures)[`${name}_count`]).toBe(counts.at(-1));
  expect(Object.fromEntries(figures)).toHaveProperty(`${name}_sum`);
}
