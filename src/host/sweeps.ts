/** What one host clears of dead runs: as it starts, and once more as it ends where something had to be left, as on an API that was not there. */
import { settledWithin } from '../base/deadline';
import { type Api, sweep, type SweepResult } from './sweep';

/** How long the end of a run may wait for that, in milliseconds: what is left then is for the next run, or for `sessionwright reap`. */
const AGAIN_MS = 5_000;

interface Begun {
  api: Api | undefined;
  result: Promise<SweepResult | undefined>;
}

/** The sweeps of one host. Only its end waits for them, and not for long. */
export class Sweeps {
  readonly #keep: { path: string };
  readonly #begun: Begun[] = [];

  /** @param keep - the host's own folder, which is not looked at */
  constructor(keep: { path: string }) {
    this.#keep = keep;
  }

  /** Begins to clear what can be. @param api - the API whose sessions can be stopped. @default the environment's */
  begin(api?: Api): void {
    this.#begun.push({ api, result: this.#sweep(api) });
  }

  /** Clears what had to be left before, if anything was. */
  async again(): Promise<void> {
    await settledWithin(Promise.all(this.#begun.map(async (it) => this.#repeat(it))), AGAIN_MS);
  }

  async #repeat({ api, result }: Begun): Promise<void> {
    const swept = await result;
    if (!swept || swept.left.length + swept.notRemoved.length > 0) await this.#sweep(api);
  }

  async #sweep(api: Api | undefined): Promise<SweepResult | undefined> {
    return sweep({ keep: this.#keep, ...(api && { api }) }).catch(() => undefined);
  }
}
