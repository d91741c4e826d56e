/** Work that is done one after the other: in the order in which it came, or by turns of those who ordered it. */
import { unlessAborted } from './deadline';

/** A queue. Work that fails does not hold up the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when everything that was asked for before is done or has failed, and tells what came of it. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when everything that was asked for so far is done or has failed. */
  async drained(): Promise<void> {
    await this.#last;
  }
}

/** A piece of work for a {@link FairQueue}. */
export interface Order {
  /** Orders with the same key share one piece of work, from the first order until it is done. */
  key: string;
  /** Groups take turns, whatever is ordered by each. */
  group: string;
  /** The lines of a group take turns too. */
  line: string;
  /** Aborted when its caller has left. Work that nobody waits for is dropped, unless it has begun. */
  left: AbortSignal;
}

interface Job {
  order: Order;
  /** Callers that have not left. */
  waiting: number;
  begin: () => Promise<unknown>;
  drop: (reason: Error) => void;
  done: Promise<unknown>;
}

/** A queue that many share: whoever orders much waits longer, and the others do not. */
export class FairQueue {
  readonly #maxInLine: number;
  readonly #refuse: () => Error;
  /** Waiting work, by group and line. The first ones are next. */
  readonly #groups = new Map<string, Map<string, Job[]>>();
  readonly #jobs = new Map<string, Job>();
  #isBusy = false;

  /**
   * @param maxInLine - how much work may wait in one line
   * @param refuse - makes the error for an order beyond that
   */
  constructor(maxInLine: number, refuse: () => Error) {
    this.#maxInLine = maxInLine;
    this.#refuse = refuse;
  }

  /**
   * Does the work when its turn comes.
   * @throws what `refuse` makes, when too much waits in its line; the reason of `left`, when the caller leaves
   */
  async run<T>(order: Order, work: () => Promise<T>): Promise<T> {
    order.left.throwIfAborted();
    const job = this.#jobs.get(order.key) ?? this.#add(order, work);
    job.waiting += 1;
    const leave = (): void => this.#leave(job, order.left.reason as Error);
    order.left.addEventListener('abort', leave);
    this.#beginNext();
    return unlessAborted(job.done as Promise<T>, order.left);
  }

  /** Resolves when no work is left. */
  async drained(): Promise<void> {
    while (this.#jobs.size > 0)
      await Promise.allSettled([...this.#jobs.values()].map(({ done }) => done));
  }

  #add(order: Order, work: () => Promise<unknown>): Job {
    const lines = this.#groups.get(order.group) ?? new Map<string, Job[]>();
    const line = lines.get(order.line) ?? [];
    if (line.length >= this.#maxInLine) throw this.#refuse();
    let settle: { resolve: (value: unknown) => void; reject: (reason: Error) => void };
    const done = new Promise<unknown>((resolve, reject) => (settle = { resolve, reject }));
    const begin = async (): Promise<unknown> => {
      settle.resolve((async () => work())());
      return done;
    };
    const job = { order, waiting: 0, begin, drop: (reason: Error) => settle.reject(reason), done };
    this.#jobs.set(order.key, job);
    this.#groups.set(order.group, lines.set(order.line, [...line, job]));
    return job;
  }

  #beginNext(): void {
    const job = this.#isBusy ? undefined : this.#takeNext();
    if (!job) return;
    this.#isBusy = true;
    const next = (): void => {
      this.#isBusy = false;
      this.#jobs.delete(job.order.key);
      this.#beginNext();
    };
    job.begin().then(next, next);
  }

  /** The first of the first line of the first group. Line and group go to the end. */
  #takeNext(): Job | undefined {
    const [[group, lines] = []] = this.#groups;
    const [[line, [job, ...rest]] = ['', []]] = lines ?? [];
    if (group === undefined || !lines || !job) return undefined;
    this.#groups.delete(group);
    lines.delete(line);
    if (rest.length > 0) lines.set(line, rest);
    if (lines.size > 0) this.#groups.set(group, lines);
    return job;
  }

  #leave(job: Job, reason: Error): void {
    job.waiting -= 1;
    const { key, group, line } = job.order;
    const lines = this.#groups.get(group);
    const waiting = lines?.get(line) ?? [];
    if (job.waiting > 0 || !lines || !waiting.includes(job)) return;
    const rest = waiting.filter((it) => it !== job);
    if (rest.length > 0) lines.set(line, rest);
    else lines.delete(line);
    if (lines.size === 0) this.#groups.delete(group);
    this.#jobs.delete(key);
    job.drop(reason);
  }
}
