/**
 * The states of a worker's lease:
 *
 *   idle --> starting --> leased <--> releasing --> idle       any of them --> ended
 *
 * A worker without a session is idle. It is starting while it waits for one. It is releasing while another worker waits for its session:
 * first it is asked, then it agrees, as soon as no test uses the session, and at last it returns the session.
 */

/** The state of a lease on a session `S`; `W` is its wait for one. */
export type LeaseState<S, W> =
  | { readonly name: 'idle' }
  | { readonly name: 'starting'; readonly wait: W }
  | { readonly name: 'leased'; readonly session: S; readonly sinceMs: number }
  | {
      readonly name: 'releasing';
      readonly session: S;
      readonly sinceMs: number;
      readonly hasAgreed: boolean;
    }
  | { readonly name: 'ended' };

/** What happens to a lease. */
export type LeaseEvent<S, W> =
  | { readonly type: 'wait'; readonly wait: W }
  | { readonly type: 'get'; readonly session: S; readonly nowMs: number }
  | { readonly type: 'ask' }
  | { readonly type: 'agree' }
  | { readonly type: 'keep' }
  | { readonly type: 'lose' }
  | { readonly type: 'end' };

/** The state after an event. An event that means nothing in a state changes nothing: it comes late. */
export function nextState<S, W>(
  state: LeaseState<S, W>,
  event: LeaseEvent<S, W>,
): LeaseState<S, W> {
  if (state.name === 'ended') return state;
  switch (event.type) {
    case 'wait':
      return { name: 'starting', wait: event.wait };
    case 'get':
      return { name: 'leased', session: event.session, sinceMs: event.nowMs };
    case 'lose':
      return { name: 'idle' };
    case 'end':
      return { name: 'ended' };
    default:
      return negotiated(state, event.type);
  }
}

/** The steps towards another worker that waits for the session. */
function negotiated<S, W>(
  state: LeaseState<S, W>,
  step: 'ask' | 'agree' | 'keep',
): LeaseState<S, W> {
  if (state.name !== 'leased' && state.name !== 'releasing') return state;
  const { session, sinceMs } = state;
  if (step === 'keep') return { name: 'leased', session, sinceMs };
  const hasAgreed = step === 'agree' || (state.name === 'releasing' && state.hasAgreed);
  return { name: 'releasing', session, sinceMs, hasAgreed };
}

/** The session of a lease that has one. */
export function sessionOf<S, W>(state: LeaseState<S, W>): S | undefined {
  return state.name === 'leased' || state.name === 'releasing' ? state.session : undefined;
}
