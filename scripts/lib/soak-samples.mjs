/** What the processes of a run hold while it goes on: memory and open files of its host and its workers, by the number of tests that were done. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

const MB = 1024 * 1024;
/** The share of the tests whose samples make a figure, at the beginning and at the end: what is not yet collected comes and goes in waves of hundreds of tests. */
const SHARE = 1 / 3;
/** What is held when all is collected: the level that so many of the samples are below. */
const FLOOR = 0.1;

/** @typedef {{ done: number, kind: 'host' | 'worker', rssBytes: number, fds: number }} Sample */

/** Samples of the processes whose environment names a folder. */
export class Samples {
  /** @type {Sample[]} */
  all = [];
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {number} done tests so far */
  take(done) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const kind = kindOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        if (!kind || !readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.#folder)) continue;
        const kilobytes = /VmRSS:\s+(\d+) kB/.exec(
          readFileSync(`/proc/${pid}/status`, 'utf8'),
        )?.[1];
        const fds = readdirSync(`/proc/${pid}/fd`).length;
        this.all.push({ done, kind, rssBytes: Number(kilobytes ?? 0) * 1024, fds });
      } catch {
        // it ended meanwhile, or is another user's
      }
    }
  }

  /** In words. */
  latest() {
    const { done } = this.all.at(-1) ?? { done: 0 };
    return ['host', 'worker']
      .map((kind) => {
        const last = this.all.filter((it) => it.kind === kind && it.done === done);
        return `${kind} ${last.map((it) => `${Math.round(it.rssBytes / MB)} MB, ${it.fds} descriptors`).join(' and ')}`;
      })
      .join('; ');
  }
}

/**
 * What host and workers held in the first and in the last third of the tests: after each wave of garbage, and at most.
 * @param {{ all: readonly Sample[] }} samples
 * @param {{ fromTest: number, tests: number }} range
 */
export function figuresOf({ all }, { fromTest, tests }) {
  const window = Math.floor((tests - fromTest) * SHARE);
  return Object.fromEntries(
    ['host', 'worker'].map((kind) => {
      const of = (from, what) =>
        all
          .filter((it) => it.kind === kind && it.done >= from && it.done < from + window)
          .map(what)
          .sort((a, b) => a - b);
      const ends = (what) => [of(fromTest, what), of(tests - window, what)];
      const rss = ends((it) => it.rssBytes);
      const floors = rss.map((sorted) => sorted[Math.floor(sorted.length * FLOOR)]);
      const fds = ends((it) => it.fds).map((sorted) => sorted[Math.floor(sorted.length / 2)]);
      const figures = {
        rss_mb: floors.map(megabytes),
        rss_growth: Number((floors[1] / floors[0] - 1).toFixed(3)),
        peak_mb: rss.map((sorted) => megabytes(sorted.at(-1))),
        fds,
        fd_growth: fds[1] - fds[0],
      };
      return [kind, figures];
    }),
  );
}

function megabytes(bytes) {
  return Number((bytes / MB).toFixed(1));
}

function kindOf(commandLine) {
  if (/[\\/]host\.js\0/.test(commandLine)) return 'host';
  return /[\\/]workerProcessEntry\.js|[\\/]worker[\\/]workerMain\.js/.test(commandLine)
    ? 'worker'
    : undefined;
}
