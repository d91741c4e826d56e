/** Begins a run from the runner's side: starts its host in the background, while Playwright loads the tests. */
import { connectToHost } from './connect';
import { runnerState } from './runner-state';

/** Begins the run that global set-up prepares. */
export function beginRun(): void {
  const state = runnerState();
  const connecting = connectToHost(process.pid, state.hasReporter ? 'reporter' : 'runner');
  connecting.catch(() => undefined); // the first worker that needs the host tells what is wrong
  state.isSetUp = true;
  state.host = connecting;
}

/** Begins one that follows another one of this process, without a set-up of its own: the next click in UI mode. */
export function beginNextRun(): void {
  const { isSetUp, host } = runnerState();
  if (isSetUp && !host) beginRun();
}
