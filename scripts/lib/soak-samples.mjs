/** What the processes of a run hold while it goes on: memory and open files of its host and its workers, by the number of tests that were done. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { heldBytes } from './held-memory.mjs';

const MB = 1024 * 1024;
/** The share of the tests whose samples make a figure, at the beginning and at the end. */
const SHARE = 1 / 3;

/**
 * @typedef {{ done: number, kind: 'host' | 'worker', rssBytes: number, fds: number }} Sample
 * @typedef {{ kind: 'host' | 'worker', heldBytes: number, rssBytes: number }} Look what a process held when its garbage was collected
 */

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
    for (const { pid, kind } of this.#processes())
      try {
        const fds = readdirSync(`/proc/${pid}/fd`).length;
        this.all.push({ done, kind, rssBytes: rssOf(pid), fds });
      } catch {
        // it has ended
      }
  }

  /**
   * Has each process collect its garbage, one after the other, and looks at what is left.
   * @returns {Promise<Look[]>}
   */
  async look() {
    const looks = [];
    for (const { pid, kind } of this.#processes())
      looks.push({ kind, heldBytes: await heldBytes(pid), rssBytes: rssOf(pid) });
    return looks;
  }

  *#processes() {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const kind = kindOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        if (kind && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.#folder))
          yield { pid: Number(pid), kind };
      } catch {
        // it has ended, or is another user's
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
 * What host and workers held at the first look and at the last, as a share of the memory that they had at the first; the most that
 * they had in the first and in the last third of the tests, garbage included; and their descriptors then.
 * @param {{ all: readonly Sample[], first: readonly Look[], last: readonly Look[] }} seen
 * @param {{ fromTest: number, tests: number }} range
 */
export function figuresOf({ all, first, last }, { fromTest, tests }) {
  const window = Math.floor((tests - fromTest) * SHARE);
  return Object.fromEntries(
    ['host', 'worker'].map((kind) => {
      const sum = (looks, what) =>
        looks.filter((it) => it.kind === kind).reduce((total, it) => total + what(it), 0);
      const held = [first, last].map((looks) => sum(looks, (it) => it.heldBytes));
      const ends = (what) =>
        [fromTest, tests - window].map((from) =>
          all
            .filter((it) => it.kind === kind && it.done >= from && it.done < from + window)
            .map(what)
            .sort((a, b) => a - b),
        );
      const fds = ends((it) => it.fds).map((sorted) => sorted[Math.floor(sorted.length / 2)]);
      const figures = {
        held_mb: held.map(megabytes),
        growth: Number(((held[1] - held[0]) / sum(first, (it) => it.rssBytes)).toFixed(3)),
        peak_mb: ends((it) => it.rssBytes).map((sorted) => megabytes(sorted.at(-1))),
        fds,
        fd_growth: fds[1] - fds[0],
      };
      return [kind, figures];
    }),
  );
}

function rssOf(pid) {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
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
