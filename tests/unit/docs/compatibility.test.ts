/**
 * docs/compatibility.md is generated from the table of Playwright's private members. After a change of the table:
 * `npx vitest run --project unit tests/unit/docs/compatibility.test.ts -u`.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../../package.json';
import { SEAMS } from '../../../src/playwright/internals';

interface Feature {
  works: string;
  since: string;
  lost: string;
  endedBy?: string;
}

/** What needs a public part of Playwright that the oldest supported version does not have. */
const NEWER = {
  cdpTransport: {
    works: 'the fastest connection to a browser on the same machine',
    since: '1.61',
    lost: 'the worker connects through the session server, as it does to remote browsers',
  },
  calledOffClicks: {
    works: 'an action of the session API that times out is cancelled',
    since: '1.62',
    lost: 'a click that timed out may still happen later',
  },
  observe: {
    works: '`session.observe()`',
    since: '1.64',
    lost: 'it fails with `playwright_too_old`',
  },
};
const FEATURES: Record<string, Feature> = { ...SEAMS, ...NEWER };

const minorOf = (version: string): number => Number(/\d+\.(\d+)/.exec(version)?.[1]);
const OLDEST = minorOf(manifest.peerDependencies['@playwright/test']);
const NEWEST = minorOf(manifest.devDependencies['@playwright/test']);
const MINORS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, index) => OLDEST + index);

const PAGE = `# Compatibility

<!-- Generated from the table in src/playwright/internals.ts. Run the test that checks this page with -u to write it. -->

sessionwright needs Node ${manifest.engines.node.replace('>=', '')} or newer and \`@playwright/test\` 1.${OLDEST} or newer. You choose the version of Playwright. CI runs the packed package on each minor version below: the oldest and the newest on Node 20, 22 and 24. Every night, it also runs on Playwright's next version.

| what works | ${MINORS.map((minor) => `1.${minor}`).join(' | ')} |
|---|${MINORS.map(() => '---|').join('')}
${Object.values(FEATURES).map(rowOf).join('\n')}

Everything else in these documents works on each of these versions. With the transport \`'playwright'\`, the server and your tests need the same minor version of Playwright; otherwise the run uses CDP and prints why.

## When a version lacks something

Playwright has no public API for most of this, so a later version may remove it. Your tests still run. The run prints one line for each missing part. This is what you lose:

${Object.values(FEATURES).map(lossOf).join('\n')}
`;

test('docs/compatibility.md is what the table says', async () => {
  await expect(PAGE).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/compatibility.md'),
  );
});

function rowOf({ works, since }: Feature): string {
  const cells = MINORS.map((minor) => (minor < minorOf(since) ? 'no' : 'yes'));
  return `| ${works} | ${cells.join(' | ')} |`;
}

function lossOf({ works, lost, endedBy = '' }: Feature): string {
  const [issue] = /https:\S+\d/.exec(endedBy) ?? [];
  return `- *${works}*: ${lost}.${issue === undefined ? '' : ` [Playwright's issue](${issue})`}`;
}
