/** What global set-up and reporter share: both run in the runner's process, but Playwright loads them apart. */
import type { HostConnection } from './connect';

/** The state of the runner's side of a run. */
export interface RunnerState {
  /** True when our reporter is there; then it ends the run, after the clips and before the other reporters. */
  hasReporter: boolean;
  /** True when global set-up has refused the options: then there is nothing to say of a run. */
  isRefused?: boolean;
  /** What the runs have begun with, each once, that our reporter has been told of: a configuration may name it twice, and one of them tells. */
  told: WeakSet<object>;
  /** True once global set-up has begun a run. In UI mode others follow that one, click by click, without global set-up. */
  isSetUp?: boolean;
  /** The host of the run that goes on; undefined when none does. */
  host?: Promise<HostConnection> | undefined;
}

const KEY = Symbol.for('sessionwright.runner');

/** The one state of this process. */
export function runnerState(): RunnerState {
  const holder = globalThis as unknown as Record<symbol, RunnerState | undefined>;
  return (holder[KEY] ??= { hasReporter: false, told: new WeakSet() });
}
