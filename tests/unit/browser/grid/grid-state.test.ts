/** What a Grid says of itself is read as Selenium 4 writes it, and told in words that a person can act on. */
import { describe, expect, test } from 'vitest';
import { describeWaiting, readState, SESSION_MARK } from '../../../../src/browser/grid/grid-state';

const slot = (browserName: string, session: object | null = null): object => ({
  session,
  stereotype: { browserName },
});
const node = (slots: object[], more: object = {}): object => ({
  availability: 'UP',
  uri: 'http://10.0.0.7:5555',
  sessionTimeout: 300_000,
  slots,
  ...more,
});
const read = (...nodes: object[]) => {
  const state = readState({ ready: true, nodes });
  if (!state) throw new Error('not read');
  return state;
};

describe('the state of a Grid', () => {
  test('sessions, slots, browsers and patience', () => {
    const ours = { sessionId: 'a', capabilities: { [SESSION_MARK]: 'm' } };
    const theirs = { sessionId: 'b', capabilities: {} };
    const state = read(
      node([slot('chrome', ours), slot('chrome', theirs)]),
      node([slot('firefox')], { sessionTimeout: 40_000 }),
    );
    expect(state).toEqual({
      nodes: 2,
      slots: 3,
      used: 2,
      browsers: ['chrome', 'firefox'],
      sessions: [
        { id: 'a', mark: 'm', nodeUrl: 'http://10.0.0.7:5555' },
        { id: 'b', mark: undefined, nodeUrl: 'http://10.0.0.7:5555' },
      ],
      sessionTimeoutMs: 40_000,
    });
  });

  test('a node that is down offers nothing', () => {
    expect(read(node([slot('chrome')], { availability: 'DOWN' }))).toMatchObject({
      nodes: 0,
      slots: 0,
      sessionTimeoutMs: 300_000,
    });
  });

  test('a node that is drained offers nothing, and what runs there still runs', () => {
    const running = { sessionId: 'a', capabilities: { [SESSION_MARK]: 'm' } };
    const state = read(
      node([slot('chrome', running), slot('chrome')], { availability: 'DRAINING' }),
      node([slot('chrome')]),
    );
    expect(state).toMatchObject({ nodes: 1, slots: 1, used: 0, sessions: [{ id: 'a' }] });
  });

  test.each([[null], [{}], [{ ready: true, message: 'ChromeDriver ready' }], ['ok']])(
    'what is no Grid: %j',
    (value) => {
      expect(readState(value)).toBeUndefined();
    },
  );
});

describe('why a session waits', () => {
  const used = slot('chrome', { sessionId: 'a', capabilities: {} });
  test.each([
    [[node([used, used]), node([used, used])], 3, 'the Grid has 4 of 4 slots in use, 3 wait'],
    [[node([used, slot('chrome')])], 1, 'the Grid has 1 of 2 slots in use, 1 waits'],
    [[node([used, slot('chrome')])], 0, 'the Grid has 1 of 2 slots in use'],
    [[], 2, 'the Grid has no node yet, 2 wait'],
    [[node([])], 0, 'no node of the Grid offers chrome (they offer nothing)'],
    [
      [node([slot('firefox'), slot('MicrosoftEdge')])],
      1,
      'no node of the Grid offers chrome (they offer firefox, MicrosoftEdge), 1 waits',
    ],
  ])('%#', (nodes, waiting, text) => {
    expect(describeWaiting(read(...nodes), { waiting, browserName: 'chrome' })).toBe(text);
  });

  test('names of browsers are told apart without their case', () => {
    const state = read(node([slot('MicrosoftEdge')]));
    expect(describeWaiting(state, { waiting: 0, browserName: 'microsoftedge' })).toBe(
      'the Grid has 0 of 1 slots in use',
    );
  });
});
