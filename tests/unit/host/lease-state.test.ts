/** The states of a lease, and what happens in each. */
import { expect, test } from 'vitest';
import {
  type LeaseEvent,
  type LeaseState,
  nextState,
  sessionOf,
} from '../../../src/host/lease-state';

type State = LeaseState<string, string>;
type Event = LeaseEvent<string, string>;

const IDLE: State = { name: 'idle' };
const STARTING: State = { name: 'starting', wait: 'wait' };
const LEASED: State = { name: 'leased', session: 'one', sinceMs: 5 };
const ASKED: State = { name: 'releasing', session: 'one', sinceMs: 5, hasAgreed: false };
const AGREED: State = { ...ASKED, hasAgreed: true };
const ENDED: State = { name: 'ended' };
const ALL = [IDLE, STARTING, LEASED, ASKED, AGREED, ENDED];

const GET: Event = { type: 'get', session: 'one', nowMs: 5 };

test.each<[Event, State[]]>([
  [{ type: 'wait', wait: 'wait' }, [STARTING, STARTING, STARTING, STARTING, STARTING, ENDED]],
  [GET, [LEASED, LEASED, LEASED, LEASED, LEASED, ENDED]],
  [{ type: 'ask' }, [IDLE, STARTING, ASKED, ASKED, AGREED, ENDED]],
  [{ type: 'agree' }, [IDLE, STARTING, AGREED, AGREED, AGREED, ENDED]],
  [{ type: 'keep' }, [IDLE, STARTING, LEASED, LEASED, LEASED, ENDED]],
  [{ type: 'lose' }, [IDLE, IDLE, IDLE, IDLE, IDLE, ENDED]],
  [{ type: 'end' }, [ENDED, ENDED, ENDED, ENDED, ENDED, ENDED]],
])('after $type', (event, expected) => {
  expect(ALL.map((state) => nextState(state, event))).toEqual(expected);
});

test('a lease has a session while it is leased or releasing', () => {
  expect(ALL.map((state) => sessionOf(state))).toEqual([
    ...[undefined, undefined, 'one', 'one', 'one', undefined],
  ]);
});
