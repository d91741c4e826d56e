/** Metrics in the text format of Prometheus, version 0.0.4: counters, gauges and histograms. */

/** Media type of the format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;

/** A metric: one value, or one for each set of labels. */
export interface Metric {
  readonly name: string;
  /** What it measures, and in which unit. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** The current values. A suffix is added to the name. */
  readonly samples: () => Iterable<readonly [labels: Labels, value: number, suffix?: string]>;
}

/** All metrics as text. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function exposition(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${type}`,
    ...Array.from(
      samples(),
      ([labels, value, suffix = '']) => `${name}${suffix}${labelText(labels)} ${value}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

/** A value that is read when metrics are requested. */
export function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, help, type: 'gauge', samples };
}

/** A count that is kept elsewhere and never decreases. */
export function total(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, help, type: 'counter', samples };
}

/** A count for each value of one label. All start at 0, so that Prometheus sees the first increase. */
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

  readonly samples = (): [Labels, number][] =>
    [...this.#counts].map(([value, count]) => [{ [this.label.name]: value }, count]);
}

/** Durations, counted by upper bounds. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly #durations: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds - in seconds, ascending */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly bounds: readonly number[],
  ) {
    this.#durations = bounds.map(() => 0);
  }

  add(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    for (const [index, bound] of this.bounds.entries())
      if (seconds <= bound) this.#durations[index] = (this.#durations[index] ?? 0) + 1;
  }

  readonly samples = (): [Labels, number, string][] => [
    ...this.#durations.map((count, index): [Labels, number, string] => [
      { le: String(this.bounds[index]) },
      count,
      '_bucket',
    ]),
    [{ le: '+Inf' }, this.#count, '_bucket'],
    [{}, this.#sum, '_sum'],
    [{}, this.#count, '_count'],
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
