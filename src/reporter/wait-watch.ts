/** Shows on a terminal, while a run goes on, which workers wait for a session, and that the run is being ended. */
import { isLogging } from '../base/log';
import { countText } from '../base/texts';
import type { ShownWait } from '../host/protocol';
import { runnerState } from '../host/runner-state';
import { environment } from '../options/environment';
import { StatusLine, type Terminal } from './status-line';

/** Time between two looks, in milliseconds. */
const LOOK_MS = 1_000;
/** Clips and sessions that take longer to end are worth a word, in milliseconds. */
const ENDING_MS = 1_000;

/** What the line is drawn on. */
interface Screen {
  stdout: Terminal;
  stderr: Terminal;
}

/** Watches one run. */
export class WaitWatch {
  readonly #line: StatusLine;
  readonly #timer: NodeJS.Timeout;
  #ending: NodeJS.Timeout | undefined;

  private constructor({ stdout, stderr }: Screen) {
    this.#line = new StatusLine([stdout, stderr]);
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /**
   * Begins to watch. Undefined where a line cannot change in place, or nobody looks: then the workers tell of long waits.
   * @param reporters - names of the run's reporters
   */
  static begin(reporters: readonly string[], screen: Screen = process): WaitWatch | undefined {
    const isTerminal = screen.stdout.isTTY === true && screen.stderr.isTTY === true;
    const isShared = isLogging || reporters.includes('dot'); // the host logs past us; dots leave their line open
    if (!isTerminal || isShared || environment.isCI || environment.isDumbTerminal) return undefined;
    return new WaitWatch(screen);
  }

  /** The tests are over: only clips and sessions are waited for. */
  ending(): void {
    clearInterval(this.#timer);
    this.#line.show('');
    this.#ending = setTimeout(
      () => this.#line.show('sessionwright: writing clips and ending sessions'),
      ENDING_MS,
    ).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#ending);
    this.#line.close();
  }

  async #look(): Promise<void> {
    const host = await runnerState().host?.catch(() => undefined);
    if (host?.isOpen !== true) return;
    const waits = await host.call('waits', {}).catch(() => null); // it is gone
    if (!this.#ending) this.#line.show(waits ? `sessionwright: ${waitText(waits)}` : '');
  }
}

/** What a terminal says of those that wait. */
export function waitText({ workers, forMs, startsWaitFor, inUse }: ShownWait): string {
  const who = `${countText(workers, 'worker')} ${workers === 1 ? 'waits' : 'wait'} for a session`;
  const why = startsWaitFor ?? inUse;
  const seconds = `${Math.round(forMs / 1000)} s`;
  // The time comes first: a line that is too long is cut.
  return why === undefined ? `${who}, ${seconds}: it is starting` : `${who}, ${seconds}: ${why}`;
}
