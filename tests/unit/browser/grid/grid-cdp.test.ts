/** Where a browser's CDP is looked for: at the hub that we reach, then where the Grid says. */
import { expect, test } from 'vitest';
import { cdpUrls } from '../../../../src/browser/grid/grid-cdp';

const path = '/session/1f/se/cdp';

test.each([
  ['http://hub:4444', `ws://hub:4444${path}`, [`ws://hub:4444${path}`]],
  [
    'http://hub:4444',
    `ws://172.17.0.3:5555${path}`,
    [`ws://hub:4444${path}`, `ws://172.17.0.3:5555${path}`],
  ],
  [
    'https://grid.example',
    `ws://grid.internal:4444${path}`,
    [`wss://grid.example${path}`, `ws://grid.internal:4444${path}`],
  ],
  ['http://hub:4444/wd/hub', `ws://hub:4444${path}`, [`ws://hub:4444${path}`]],
  [
    'https://example.com/selenium',
    `ws://node:5555${path}`,
    [`wss://example.com/selenium${path}`, `ws://node:5555${path}`],
  ],
  [
    'https://example.com/selenium',
    `wss://example.com/selenium${path}`,
    [`wss://example.com/selenium${path}`],
  ],
  ['http://hub:4444', 'nonsense', []],
])('%s says %s', (hub, told, urls) => {
  expect(cdpUrls(told, new URL(hub))).toEqual(urls);
});
