/** How the server is while it is attacked: its answers to `/health`, its memory, and whether it lives. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServeProcess } from '../e2e/support/serve-process';

const PROBER = fileURLToPath(new URL('prober.mjs', import.meta.url));
/** What counts as slow enough to be named, in milliseconds. */
const SLOW_MS = 250;

/** An attack that ended so long before the server did is named too, in milliseconds: what it began may go on. */
const AFTER_MS = 5_000;

/** One look at the server. */
interface Sample {
  atMs: number;
  /** From the request to the answer, in milliseconds. */
  tookMs: number;
  /** The same without the time in which the server and the prober waited for a processor. */
  ownMs: number;
  isAnswered: boolean;
  rssMb: number;
}

/** What was seen, and during which attacks. */
export interface Seen {
  healthP99Ms: number;
  rssMb: number;
  /** For people: when the server was slow, at its largest, or ended. */
  remarks: string[];
}

/** Watches a server until it is closed. */
export class Watch {
  readonly #prober: ChildProcess;
  readonly #samples: Sample[] = [];
  readonly #attacks: { name: string; fromMs: number; toMs: number }[] = [];
  readonly #exit: { code?: string; during?: string } = {};
  #isClosing = false;

  constructor(server: ServeProcess, key: string) {
    this.#prober = fork(PROBER, [server.url, key, String(server.child.pid)]);
    this.#prober.on('message', (sample) => this.#samples.push(sample as Sample));
    server.child.once('exit', (code, signal) => {
      if (this.#isClosing) return;
      this.#exit.code = String(signal ?? code);
      this.#exit.during = this.#during(Date.now() - AFTER_MS, Date.now());
    });
  }

  /** Whether the server has ended although nobody asked it to. */
  get hasCrashed(): boolean {
    return this.#exit.code !== undefined;
  }

  /** Notes that an attack begins; the returned function notes its end. */
  begin(name: string): () => void {
    const attack = { name, fromMs: Date.now(), toMs: Infinity };
    this.#attacks.push(attack);
    return () => (attack.toMs = Date.now());
  }

  /** Names of the attacks of a time, without those that ended before. */
  #during(fromMs: number, toMs = fromMs): string {
    const names = this.#attacks
      .filter((it) => it.fromMs <= toMs && it.toMs >= fromMs)
      .map(({ name }) => name);
    return names.length === 0 ? 'no attack' : names.join(' + ');
  }

  seen(): Seen {
    const times = this.#samples.map(({ ownMs }) => ownMs).sort((a, b) => a - b);
    const largest = this.#samples.reduce<Sample | undefined>(
      (a, b) => (a && a.rssMb >= b.rssMb ? a : b),
      undefined,
    );
    return {
      healthP99Ms: Math.round(times[Math.ceil(times.length * 0.99) - 1] ?? 0),
      rssMb: Math.round(largest?.rssMb ?? 0),
      remarks: [
        ...this.#slow(),
        ...(largest
          ? [`${Math.round(largest.rssMb)} MB during ${this.#during(largest.atMs)}`]
          : []),
        ...(this.#exit.code === undefined
          ? []
          : [`ended by ${this.#exit.code} during ${this.#exit.during}`]),
      ],
    };
  }

  close(): void {
    this.#isClosing = true;
    this.#prober.kill('SIGKILL');
  }

  /** The slowest answer of each set of attacks that were under way. */
  #slow(): string[] {
    const worst = new Map<string, number>();
    for (const { atMs, tookMs, ownMs, isAnswered } of this.#samples) {
      if (ownMs < SLOW_MS && isAnswered) continue;
      const during = this.#during(atMs, atMs + tookMs);
      worst.set(during, Math.max(worst.get(during) ?? 0, ownMs));
    }
    return [...worst].map(([during, ms]) => `/health took ${Math.round(ms)} ms during ${during}`);
  }
}
