import { expect, test } from 'vitest';
import { browserSwitches, chromiumFlags } from '../../../src/browser/flags';

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

test.each([
  '--user-data-dir=/elsewhere',
  '-user-data-dir=/elsewhere',
  '--User-Data-Dir=/elsewhere', // Chromium for Windows ignores case
  '/user-data-dir=/elsewhere', // and takes a slash
  'user-data-dir=/elsewhere', // ChromeDriver needs no dash
  ' --user-data-dir=/elsewhere',
  '--temp-profile', // of Debian's wrapper script
  '-remote-debugging-port=9222',
  '-remote-debugging-address=0.0.0.0',
  '-remote-debugging-pipe=JSON',
  '--remote-debugging-io-pipes=3,4',
  '-headless=old',
  '--headless ',
  '-no-startup-window',
  '--single-argument', // Windows: the rest is one URL
  '-single-argument',
  '--', // the rest are URLs
  ' -- ',
  '-',
  '--=x',
  'https://page.test',
])('the argument %s is left out', (arg) => {
  const plain = chromiumFlags(base);
  expect(chromiumFlags({ ...base, args: [arg] })).toEqual(plain);
  expect(chromiumFlags({ ...base, args: [arg, arg] })).toEqual(plain);
  const { headless } = base;
  expect(browserSwitches({ headless, chromeArgs: [arg] })).toEqual(
    browserSwitches({ headless, chromeArgs: [] }),
  );
});

test('a switch with one dash counts as one with two', () => {
  const flags = chromiumFlags({ ...base, args: ['-lang=de', '-disable-features=Mine', '-x'] });
  expect(flags).toEqual(expect.arrayContaining(['--lang=de', '--x']));
  expect(flags.filter((flag) => flag.includes('disable-features'))).toEqual([
    expect.stringMatching(/HttpsUpgrades.*,Mine$/),
  ]);
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
