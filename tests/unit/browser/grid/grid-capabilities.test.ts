/** What a Grid is asked for: our switches and the session's, and whatever the user adds. */
import { expect, test } from 'vitest';
import { browserNameOf, gridCapabilities } from '../../../../src/browser/grid/grid-capabilities';

type Options = { args: string[]; excludeSwitches: string[]; prefs?: object };
const optionsOf = (capabilities: Record<string, unknown>, name = 'goog:chromeOptions'): Options =>
  capabilities[name] as Options;

test('Chrome with our switches, and a mark to find it by', () => {
  const asked = gridCapabilities({ headless: true }, {}, 'm');
  expect(asked).toMatchObject({ browserName: 'chrome', 'sessionwright:session': 'm' });
  const { args } = optionsOf(asked);
  expect(args).toContain('--headless');
  expect(args).toContain('--disable-background-timer-throttling');
  // what is the driver's business
  expect(
    args.filter((arg) => /remote-debugging|user-data-dir|startup-window|sandbox/.test(arg)),
  ).toEqual([]);
});

test('a session says its size, user agent and proxy; reserved switches are nobody else’s', () => {
  const { args } = optionsOf(
    gridCapabilities(
      {
        headless: false,
        windowSize: { width: 800, height: 600 },
        userAgent: 'me/1',
        proxy: { server: 'http://p:1' },
        chromeArgs: ['--lang=de', '--user-data-dir=/mine'],
      },
      {},
      'm',
    ),
  );
  expect(args).toEqual([
    '--disable-background-networking',
    '--window-size=800,600',
    '--user-agent=me/1',
    '--proxy-server=http://p:1',
    '--proxy-bypass-list=<-loopback>',
    '--lang=de',
  ]);
});

test('what the user gives wins, and its arguments join ours', () => {
  const asked = gridCapabilities(
    { headless: true, args: ['--a'] },
    {
      platformName: 'linux',
      'se:name': 'mine',
      'goog:chromeOptions': { args: ['--b'], prefs: { x: 1 } },
    },
    'm',
  );
  expect(asked).toMatchObject({ platformName: 'linux', 'se:name': 'mine' });
  expect(optionsOf(asked).args).toEqual(expect.arrayContaining(['--headless', '--a', '--b']));
  expect(optionsOf(asked).prefs).toEqual({ x: 1 });
});

test.each([
  [{}, {}, 'chrome'],
  [{ channel: 'chrome-beta' }, {}, 'chrome'],
  [{ channel: 'msedge' }, {}, 'MicrosoftEdge'],
  [{ channel: 'msedge' }, { browserName: 'chrome' }, 'chrome'],
])('%j with %j is %s', (request, given, name) => {
  expect(browserNameOf(request, given)).toBe(name);
});

test('Edge has options of its own name', () => {
  const asked = gridCapabilities({ headless: true, channel: 'msedge' }, {}, 'm');
  expect(optionsOf(asked, 'ms:edgeOptions').args).toContain('--headless');
  expect(asked).not.toHaveProperty('goog:chromeOptions');
});
