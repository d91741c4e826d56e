/** One round: a server, two teams of four sessions, and attack after attack while team A's suite runs. */
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../chaos/random';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { apiCaller } from '../integration/server/api';
import type { Attack, Attacker, Call, Scene, StartedSession } from './attack';
import { figuresOf, type Figures, type Findings } from './figures';
import { Innocents, type SuiteRun } from './innocents';
import { openTab, startSessions } from './team-b';
import { Watch } from './watch';

/** What to do. */
export interface RoundPlan {
  seed: number;
  attacks: readonly Attack[];
  /** How long all attacks go on after those of strangers alone were measured, in milliseconds. Each is tried once in any case. */
  timeMs: number;
  /** One run of the suite alone and one among strangers, and shorter attacks. */
  isShort?: boolean;
  say?: (line: string) => void;
}

const KEYS = { operator: 'key', a: 'key-of-team-a-0123456789', b: 'key-of-team-b-0123456789' };
const SESSIONS_B = 4;
/** Heap of the server, in MB. */
const HEAP_MB = 300;
/** How long an attack may take, in milliseconds; in a short round. */
const ATTACK_MS = 4_000;
const SHORT_ATTACK_MS = 1_500;
/** How long an attack may need to stop when its time is over, in milliseconds. */
const STOP_MS = 6_000;

export async function playRound(plan: RoundPlan): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-hostile-'));
  const keys = join(folder, 'keys.json');
  await writeFile(
    keys,
    JSON.stringify([
      { name: 'team-a', key: KEYS.a, maxSessions: 6 },
      { name: 'team-b', key: KEYS.b, maxSessions: SESSIONS_B + 4 },
    ]),
    { mode: 0o600 },
  );
  const args = ['--data-dir', join(folder, 'data'), '--keys', keys];
  const server = await serve(args, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  const round = new Round(plan, server);
  try {
    return await round.play();
  } finally {
    await round.close();
    await server.end('SIGTERM');
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** What an attack is given, and what becomes of it. */
interface Bounds {
  over: AbortController;
  limitMs: number;
  /** Closes what it has opened. */
  closers: (() => Promise<void>)[];
  /** How often the API answered it with each status. */
  answers: Map<number, number>;
}

class Round {
  readonly #plan: RoundPlan;
  readonly #server: ServeProcess;
  readonly #watch: Watch;
  readonly #random: Random;
  readonly #found: Findings = {
    ...{ attacks: new Set(), lost: [], failures: [], leaks: [], remarks: [] },
    ...{ aloneMs: [], amongStrangersMs: [] },
  };
  readonly #pages = new Map<string, string>();
  readonly #site: Server;
  #sessions: StartedSession[] = [];
  #turn = 0;

  constructor(plan: RoundPlan, server: ServeProcess) {
    this.#plan = plan;
    this.#server = server;
    this.#watch = new Watch(server, KEYS.operator);
    this.#random = new Random(plan.seed);
    this.#site = createServer(({ url = '' }, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(this.#pages.get(url) ?? ''),
    ).listen(0, '127.0.0.1');
  }

  async play(): Promise<Figures> {
    const innocents = await Innocents.create(this.#server.url, KEYS.a);
    const { isShort = false, attacks, timeMs } = this.#plan;
    const strangers = attacks.filter(({ by }) => by === 'stranger');
    try {
      this.#sessions = await startSessions(this.#caller(KEYS.b), SESSIONS_B);
      if (strangers.length > 0) {
        const runs = isShort ? 1 : 3;
        for (let n = 0; n <= runs; n++) await this.#suite(innocents, n > 0 ? 'aloneMs' : undefined);
        await this.#among(strangers, async () => {
          for (let n = 0; n < runs; n++) await this.#suite(innocents, 'amongStrangersMs');
        });
      }
      await this.#everything(innocents, performance.now() + timeMs);
      await this.#lookForLosses();
    } finally {
      await innocents.remove();
    }
    return figuresOf(this.#found, this.#watch.seen(), this.#watch.hasCrashed);
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#site.closeAllConnections();
    await new Promise((done) => this.#site.close(done));
  }

  /** Strangers attack as long as the work takes. */
  async #among(strangers: readonly Attack[], work: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    const attacking = (async () => {
      for (let order: Attack[] = []; !over.signal.aborted && !this.#watch.hasCrashed;) {
        if (order.length === 0) order = this.#random.shuffle(strangers);
        const next = order.pop();
        if (next) await this.#attack(next);
      }
    })();
    await work();
    over.abort();
    await attacking;
  }

  /** All attacks by turns, those of pages, clients and strangers next to each other, while the suite runs in a loop. */
  async #everything(innocents: Innocents, untilMs: number): Promise<void> {
    const over = new AbortController();
    const suite = (async () => {
      while (!over.signal.aborted && !this.#watch.hasCrashed)
        await this.#suite(innocents, undefined, over.signal);
    })();
    const lanes = (['page', 'client', 'stranger'] as const).map(async (by) =>
      this.#lane(by, untilMs),
    );
    await Promise.all(lanes);
    over.abort();
    await suite;
  }

  /** Each attack once, those that were not tried before first; then all of them again while there is time. */
  async #lane(by: Attacker, untilMs: number): Promise<void> {
    const attacks = this.#random.shuffle(this.#plan.attacks.filter((it) => it.by === by));
    const isTried = ({ name }: Attack): boolean => this.#found.attacks.has(name);
    const inOrder = [...attacks.filter((it) => !isTried(it)), ...attacks.filter(isTried)];
    for (let n = 0; inOrder.length > 0 && !this.#watch.hasCrashed; n++) {
      const next = inOrder[n % inOrder.length];
      if (!next || (performance.now() > untilMs && isTried(next))) return;
      await this.#attack(next);
    }
  }

  async #attack(attack: Attack): Promise<void> {
    this.#found.attacks.add(attack.name);
    const limitMs = this.#plan.isShort === true ? SHORT_ATTACK_MS : ATTACK_MS;
    const over = new AbortController();
    setMaxListeners(0, over.signal); // one for each connection of the attack
    const closers: (() => Promise<void>)[] = [];
    const answers = new Map<number, number>();
    const scene = this.#scene(attack, { over, limitMs, closers, answers });
    const end = this.#watch.begin(attack.name);
    const timer = setTimeout(() => over.abort(), limitMs);
    const ended = attack.run(scene).catch(() => undefined);
    const stopped = await Promise.race([
      ended.then(() => true),
      delay(limitMs + STOP_MS, false, { ref: false }),
    ]);
    clearTimeout(timer);
    over.abort();
    if (!stopped) this.#found.remarks.push(`"${attack.name}" did not stop`);
    for (const close of closers) await close().catch(() => undefined);
    end();
    const answered = [...answers].map(([status, times]) => `${times} x ${status}`).join(', ');
    this.#plan.say?.(`${attack.by}: ${attack.name}${answered ? ` (${answered})` : ''}`);
    await this.#checkAccounts(attack);
    await this.#lookForLosses(attack);
  }

  #scene(attack: Attack, { over, limitMs, closers, answers }: Bounds): Scene {
    const session = this.#sessions[this.#turn++ % this.#sessions.length];
    if (!session) throw new Error('Team B has no session.');
    const address = `/${encodeURIComponent(attack.name)}`;
    return {
      ...{
        url: this.#server.url,
        port: Number(new URL(this.#server.url).port),
        random: this.#random,
      },
      ...{ signal: over.signal, limitMs, session, keyB: KEYS.b },
      call: async (...asked) => {
        const answer = await this.#caller(KEYS.b, over.signal)(...asked);
        answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
        return answer;
      },
      victims: async () => this.#victims(),
      open: async (html) => {
        this.#pages.set(address, html);
        const { port } = this.#site.address() as AddressInfo;
        closers.push(await openTab(session, `http://127.0.0.1:${port}${address}`));
      },
      leak: (what) => this.#found.leaks.push(`${attack.name}: ${what}`),
    };
  }

  /** A session of team A is neither read nor ended by team B or by a stranger. */
  async #checkAccounts({ name }: Attack): Promise<void> {
    const [id] = await this.#victims();
    const wrong = this.#caller(KEYS.b);
    const none = this.#caller('');
    const calls: [Call, string, string][] = [
      [wrong, 'GET', `/sessions/${id}`],
      [wrong, 'DELETE', `/sessions/${id}/stop`],
      [none, 'GET', `/sessions/${id}/cookies`],
      [none, 'DELETE', `/sessions/${id}/stop`],
    ];
    for (const [call, method, path] of id === undefined ? [] : calls) {
      const status = await call(method, path).then(
        (answer) => answer.status,
        () => 599, // refused altogether, which is as good
      );
      if (status < 400) this.#found.leaks.push(`${name}: ${method} ${path} answered ${status}`);
    }
    const listed = await wrong('GET', '/sessions').catch(() => undefined);
    if (id !== undefined && JSON.stringify(listed?.body ?? '').includes(id))
      this.#found.leaks.push(`${name}: team B's list has ${id}`);
  }

  /** A session of team B that has ended is a loss, and is replaced so that attacks can go on. */
  async #lookForLosses(attack?: Attack): Promise<void> {
    if (this.#watch.hasCrashed) return;
    for (const [index, { session_id: id }] of this.#sessions.entries()) {
      const answer = await this.#caller(KEYS.operator)('GET', `/sessions/${id}`).catch(
        () => undefined,
      );
      if (!answer || answer.body['status'] === 'active') continue;
      const why = `${String(answer.body['status'])} ${JSON.stringify(answer.body['error'] ?? '')}`;
      this.#found.lost.push(`${id} after ${attack?.name ?? 'the last attack'}: ${why.trim()}`);
      const [session] = await startSessions(this.#caller(KEYS.b), 1).catch(() => []);
      if (session) this.#sessions[index] = session;
    }
  }

  async #victims(): Promise<string[]> {
    const answer = await this.#caller(KEYS.a)('GET', '/sessions?only_active=true').catch(
      () => undefined,
    );
    const items = answer?.body['items'] as { session_id: string }[] | undefined;
    return (items ?? []).map(({ session_id: id }) => id);
  }

  /** Every call ends within ten seconds, or with the attack. */
  #caller(key: string, signal?: AbortSignal): Call {
    const call = apiCaller(this.#server.url, key);
    return async (method, path, options) => {
      const ended = delay(10_000, undefined, { ref: false, ...(signal && { signal }) }).then(() => {
        throw new Error('No answer in 10 s.');
      });
      return Promise.race([call(method, path, options), ended]);
    };
  }

  async #suite(
    innocents: Innocents,
    into?: 'aloneMs' | 'amongStrangersMs',
    signal = new AbortController().signal,
  ): Promise<void> {
    const ended = await innocents.run(signal);
    if (!ended) return;
    this.#note(ended, into);
  }

  #note({ tookMs, failures, tests }: SuiteRun, into?: 'aloneMs' | 'amongStrangersMs'): void {
    if (into) this.#found[into].push(tookMs);
    this.#found.failures.push(...failures);
    const phase = { aloneMs: ' alone', amongStrangersMs: ' among strangers' };
    this.#plan.say?.(
      `suite${into ? phase[into] : ''}: ${tests} tests in ${(tookMs / 1_000).toFixed(1)} s, ${failures.length} failed`,
    );
  }
}
