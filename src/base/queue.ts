/** Queues: one for serial work, and one that is fair between its callers. */
import { unlessAborted } from './deadline';

/** Runs work in order. Failed work does not block the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work when all earlier work has settled. Resolves to its result. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all current work has settled. */
  async drained(): Promise<void> {
    await this.#last;
  }
}

/** An order for a {@link FairQueue}. */
export interface Order {
  /** Orders with the same key share one job, from the first order until it is done. */
  key: string | symbol;
  /** Groups take turns. */
  group: string;
  /** Lines of a group take turns too. */
  line: string;
  /** Aborted when the caller disconnects. Jobs without callers are dropped, unless they have started. */
  left: AbortSignal;
}

interface Job {
  order: Order;
  /** Connected callers. */
  callers: number;
  begin: () => void;
  drop: (reason: Error) => void;
  done: Promise<unknown>;
}

/** A queue for several groups: a group with much work does not delay the others. */
export class FairQueue {
  readonly #maxInLine: number;
  readonly #refuse: () => Error;
  readonly #parallel: number;
  /** Jobs that have not started. The first one is next; then its group moves behind all others. */
  #waiting: Job[] = [];
  readonly #jobs = new Map<string | symbol, Job>();
  #running = 0;

  /**
   * @param maxInLine - maximum number of waiting jobs per line
   * @param refuse - creates the error for further orders
   * @param parallel - maximum number of parallel jobs
   */
  constructor(maxInLine: number, refuse: () => Error, parallel = 1) {
    this.#maxInLine = maxInLine;
    this.#refuse = refuse;
    this.#parallel = parallel;
  }

  /**
   * Runs the job in its turn.
   * @throws the error of `refuse` if its line is full; the reason of `left` if the caller disconnects
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

  /** Resolves when the queue is empty and no job runs. */
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
