/** Queues: work that is done one after the other, or a few pieces at a time, with turns between those who ordered it. */
import { unlessAborted } from './deadline';

/** Does work in the order in which it came. Work that fails does not block the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when all earlier work is done or has failed. Resolves to its result. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all work so far is done or has failed. */
  async drained(): Promise<void> {
    await this.#last;
  }
}

/** A piece of work for a {@link FairQueue}. */
export interface Order {
  /** Orders with the same key share one piece of work, from the first order until it is done. */
  key: string | symbol;
  /** Groups take turns, whatever each of them orders. */
  group: string;
  /** The lines of a group take turns too. */
  line: string;
  /** Aborted when the caller leaves. Work without callers is dropped, unless it has begun. */
  left: AbortSignal;
}

interface Job {
  order: Order;
  /** Callers that have not left. */
  callers: number;
  begin: () => void;
  drop: (reason: Error) => void;
  done: Promise<unknown>;
}

/** A queue that several groups share: a group with much work waits longer, and the others do not. */
export class FairQueue {
  readonly #maxInLine: number;
  readonly #refuse: () => Error;
  readonly #parallel: number;
  /** Jobs that have not begun. The first one is next; its group is put behind all others then. */
  #waiting: Job[] = [];
  readonly #jobs = new Map<string | symbol, Job>();
  #running = 0;

  /**
   * @param maxInLine - how much work may wait in one line
   * @param refuse - makes the error for an order beyond that
   * @param parallel - how many pieces of work are done at a time
   */
  constructor(maxInLine: number, refuse: () => Error, parallel = 1) {
    this.#maxInLine = maxInLine;
    this.#refuse = refuse;
    this.#parallel = parallel;
  }

  /**
   * Does the work when its turn comes.
   * @throws what `refuse` makes, if too much waits in its line; the reason of `left`, when the caller leaves
   */
  async run<T>(order: Order, work: () => Promise<T>): Promise<T> {
    order.left.throwIfAborted();
    const job = this.#jobs.get(order.key) ?? this.#add(order, work);
    job.callers += 1;
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
    const inLine = this.#waiting.filter(({ order: { group, line } }) => {
      return group === order.group && line === order.line;
    });
    if (inLine.length >= this.#maxInLine) throw this.#refuse();
    let begin = (): void => {};
    let drop: Job['drop'] = () => {};
    const done = new Promise<unknown>((resolve, reject) => {
      begin = () => resolve((async () => work())());
      drop = reject;
    });
    const job = { order, callers: 0, begin, drop, done };
    this.#jobs.set(order.key, job);
    this.#waiting.push(job);
    return job;
  }

  #beginNext(): void {
    const [job, ...rest] = this.#waiting;
    if (!job || this.#running === this.#parallel) return;
    const { key, group, line } = job.order;
    const others = rest.filter(({ order }) => order.group !== group);
    const own = rest.filter(({ order }) => order.group === group);
    const otherLines = own.filter(({ order }) => order.line !== line);
    this.#waiting = [...others, ...otherLines, ...own.filter(({ order }) => order.line === line)];
    this.#running += 1;
    const next = (): void => {
      this.#running -= 1;
      this.#jobs.delete(key);
      this.#beginNext();
    };
    job.done.then(next, next);
    job.begin();
  }

  #leave(job: Job, reason: Error): void {
    job.callers -= 1;
    if (job.callers > 0 || !this.#waiting.includes(job)) return;
    this.#waiting = this.#waiting.filter((it) => it !== job);
    this.#jobs.delete(job.order.key);
    job.drop(reason);
  }
}
