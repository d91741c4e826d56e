import { expect, test } from 'vitest';
import { chromiumFlags } from '../../../src/browser/flags';

const base = { headless: true, userDataDir: '/profile', debuggingPort: true, sandbox: true };
const NEEDED = [
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
  '--user-data-dir=/profile',
  '--no-startup-window',
  '--headless',
  '--disable-background-networking',
];

test('what debugging, profile and quiet need is always there', () => {
  expect(chromiumFlags(base)).toEqual(expect.arrayContaining(NEEDED));
  expect(chromiumFlags({ ...base, ignoreDefaultArgs: true }).toSorted()).toEqual(NEEDED.toSorted());
  expect(chromiumFlags({ ...base, chromeArgs: ['--lang=de'] }).toSorted()).toEqual(
    [...NEEDED, '--lang=de'].toSorted(),
  );
});

test('the sandbox is on unless it was decided otherwise', () => {
  expect(chromiumFlags(base)).not.toContain('--no-sandbox');
  expect(chromiumFlags({ ...base, sandbox: false })).toContain('--no-sandbox');
});

test('a window has scroll bars and sound', () => {
  const flags = chromiumFlags({ ...base, headless: false });
  for (const flag of ['--headless', '--hide-scrollbars', '--mute-audio'])
    expect(flags).not.toContain(flag);
});

test('single defaults can be left out, and own flags come last', () => {
  const flags = chromiumFlags({
    ...base,
    ignoreDefaultArgs: ['--hide-scrollbars'],
    args: ['--force-color-profile=display-p3'],
  });
  expect(flags).not.toContain('--hide-scrollbars');
  expect(flags.indexOf('--force-color-profile=display-p3')).toBeGreaterThan(
    flags.indexOf('--force-color-profile=srgb'),
  );
});

test('nobody else sets the profile, the port or a page to open', () => {
  const flags = chromiumFlags({
    ...base,
    args: [
      '--user-data-dir=/elsewhere',
      '--remote-debugging-port=9222',
      '--headless=old',
      'https://page.test',
    ],
  });
  expect(flags.filter((flag) => /elsewhere|9222|=old|page\.test/.test(flag))).toEqual([]);
});

test('feature lists are joined: of two, Chromium reads only the last', () => {
  const flags = chromiumFlags({
    ...base,
    args: ['--disable-features=Mine,PaintHolding', '--enable-features=Other'],
  });
  const disabled = flags.filter((flag) => flag.startsWith('--disable-features='));
  expect(disabled).toHaveLength(1);
  expect(disabled[0]?.split('=')[1]?.split(',')).toEqual(
    expect.arrayContaining(['Mine', 'HttpsUpgrades']),
  );
  expect(disabled[0]?.match(/PaintHolding/g)).toHaveLength(1);
  expect(flags.filter((flag) => flag.startsWith('--enable-features='))[0]).toContain('Other');
});

test.each([
  [undefined, '<-loopback>'],
  ['.example.test, other.test', '*.example.test;other.test;<-loopback>'],
  ['localhost', 'localhost'],
])('with the bypass list %s the proxy is passed by for %s', (bypass, expected) => {
  const flags = chromiumFlags({ ...base, proxy: { server: 'http://proxy:3128', bypass } });
  expect(flags).toEqual(
    expect.arrayContaining(['--proxy-server=http://proxy:3128', `--proxy-bypass-list=${expected}`]),
  );
});
