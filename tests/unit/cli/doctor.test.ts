import { expect, test } from 'vitest';
import { checksOf, type Report } from '../../../src/cli/doctor/live-checks';
import { nodeResult } from '../../../src/cli/doctor/machine-checks';
import { reportersResult } from '../../../src/cli/doctor/suite-checks';

const OURS = '/suite/node_modules/sessionwright/dist/reporter.js';

test('Node must be in range', () => {
  expect(nodeResult('22.1.0')).toEqual({ status: 'pass', message: 'Node 22.1.0' });
  expect(nodeResult('20.18.3')).toMatchObject({
    status: 'fail',
    fix: expect.any(String) as string,
  });
});

test('our reporter must be the first', () => {
  expect(reportersResult([OURS, 'html'])).toMatchObject({ status: 'pass' });
  expect(reportersResult(['html', OURS])).toMatchObject({
    status: 'warn',
    message: expect.stringContaining('after html') as string,
  });
  expect(reportersResult(['html'])).toMatchObject({ status: 'warn' });
});

const reportWith = (attachments: { name: string }[]): Report => ({
  suites: [{ specs: [{ ok: true, tests: [{ results: [{ errors: [], attachments }] }] }] }],
});
const statuses = (report: Report | undefined, output: string): Record<string, string> =>
  Object.fromEntries(checksOf(report, output, '3 s').map(({ id, status }) => [id, status]));

test('a session needs a clip', () => {
  const pass = { 'live.session': 'pass', 'live.playwright': 'pass' };
  const withClip = statuses(reportWith([{ name: 'video' }]), '');
  expect(withClip).toEqual({ ...pass, 'live.clip': 'pass' });
  expect(statuses(reportWith([]), '')).toEqual({ ...pass, 'live.clip': 'fail' });
});

test('missing parts of Playwright and remarks of the run are shown', () => {
  const output = [
    'sessionwright: sessions come from: a server',
    'sessionwright: this version of Playwright has no Browser._options, which sessionwright uses: traces stay.',
    "sessionwright: transport: Playwright's own protocol",
    'sessionwright: 1 session, 1 test, 1 clip; left running: nothing',
  ].join('\n');
  const checks = checksOf(reportWith([{ name: 'video' }]), output, '3 s');
  expect(checks.slice(2)).toMatchObject(
    [
      { id: 'live.playwright', status: 'warn', message: /no Browser\._options/ },
      { id: 'live.remark', status: 'info', message: "transport: Playwright's own protocol" },
    ].map((it) => ({ ...it, message: expect.stringMatching(it.message) as string })),
  );
  expect(checks).toHaveLength(4);
});

test('a run that ends without a report shows what it printed', () => {
  expect(checksOf(undefined, 'Error: no host', '3 s')).toMatchObject([
    { status: 'fail', message: 'A test on a session failed after 3 s: Error: no host' },
  ]);
});
