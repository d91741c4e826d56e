/** Figures in the text format of Prometheus, version 0.0.4: counters, gauges and histograms, each with what it means. */

/** Media type of the format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Labels of one figure, by their names. */
export type Labels = Readonly<Record<string, string>>;

/** One figure, or one for each set of labels. */
export interface Metric {
  readonly name: string;
  /** What it counts or measures, and in which unit. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): Iterable<Sample>;
}

/** One line: what follows the name, the labels, the figure. */
export type Sample = readonly [suffix: string, labels: Labels, value: number];

/** Everything as text. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function exposition(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap((metric) => [
    `# HELP ${metric.name} ${escaped(metric.help)}`,
    `# TYPE ${metric.name} ${metric.type}`,
    ...[...metric.samples()].map(
      ([suffix, labels, value]) =>
        `${metric.name}${suffix}${labelText(labels)} ${numberText(value)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

type Read = () => Iterable<[Labels, number]>;

/** A value that is read when it is asked for. */
export function gauge(name: string, help: string, read: Read): Metric {
  return { name, help, type: 'gauge', samples: () => samplesOf(read) };
}

/** A count that is kept elsewhere, and never falls. */
export function total(name: string, help: string, read: Read): Metric {
  return { name, help, type: 'counter', samples: () => samplesOf(read) };
}

function samplesOf(read: Read): Sample[] {
  return Array.from(read(), ([labels, value]) => ['', labels, value]);
}

/** A count for each value of one label. All values are there from the beginning, so that a first one is seen as a rise. */
export class Counter<Value extends string> implements Metric {
  readonly type = 'counter';
  readonly #counts: Map<Value, number>;

  constructor(
    readonly name: string,
    readonly help: string,
    readonly label: { name: string; values: readonly Value[] },
  ) {
    this.#counts = new Map(label.values.map((value) => [value, 0]));
  }

  add(value: Value, count = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
  }

  readonly samples = (): Sample[] =>
    [...this.#counts].map(([value, count]) => ['', { [this.label.name]: value }, count]);
}

/** How many of something took at most so long, for each of some bounds. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds in seconds, rising */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly bounds: readonly number[],
  ) {
    this.#counts = bounds.map(() => 0);
  }

  /** @param seconds how long one took */
  add(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    for (const [index, bound] of this.bounds.entries())
      if (seconds <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  readonly samples = (): Sample[] => [
    ...this.bounds.map((bound, index): Sample => {
      return ['_bucket', { le: String(bound) }, this.#counts[index] ?? 0];
    }),
    ['_bucket', { le: '+Inf' }, this.#count],
    ['_sum', {}, this.#sum],
    ['_count', {}, this.#count],
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
}
