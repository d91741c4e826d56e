/** Tickets to the wall, and the passes that are given for them. */
import { expect, test } from 'vitest';
import { OPERATOR } from '../../../src/server/accounts/account';
import { WallPasses } from '../../../src/server/http/wall-passes';

const TEAM = { name: 'team' };
const OTHER = { name: 'other' };

test('a ticket is good once, and its pass is that of its account', () => {
  const passes = new WallPasses();
  const [one, two, others] = [TEAM, TEAM, OTHER].map((account) => passes.issue(account));
  const pass = passes.redeem(one ?? '');
  expect(() => passes.redeem(one ?? '')).toThrow('was used before');
  expect(passes.redeem(two ?? '')).toBe(pass);
  expect(passes.redeem(others ?? '')).not.toBe(pass);
  expect(passes.accountOf(pass)).toBe(TEAM);
  expect(passes.redeem(passes.issue(OPERATOR))).toBe(passes.operators);
  expect(passes.accountOf(passes.operators)).toBe(OPERATOR);
});

test('a pass is no ticket, a ticket is no pass, and nothing is neither', () => {
  const passes = new WallPasses();
  const ticket = passes.issue(TEAM);
  for (const given of ['', ticket, `${passes.operators}x`, null])
    expect(passes.accountOf(given), String(given)).toBeUndefined();
  for (const given of ['', passes.operators, `${ticket}x`])
    expect(() => passes.redeem(given), given).toThrow('has expired');
  expect(passes.accountOf(passes.redeem(ticket))).toBe(TEAM);
});

test('one that is too old is good for nothing', () => {
  const passes = new WallPasses(0);
  expect(() => passes.redeem(passes.issue(TEAM))).toThrow('has expired');
});

test('an account keeps its newest twenty, and takes none from another account', () => {
  const passes = new WallPasses();
  const pending = passes.issue(OPERATOR);
  const tickets = Array.from({ length: 121 }, () => passes.issue(TEAM));
  expect(() => passes.redeem(tickets[100] ?? '')).toThrow('has expired');
  expect(() => passes.redeem(tickets[101] ?? '')).not.toThrow();
  expect(passes.redeem(pending)).toBe(passes.operators);
});
