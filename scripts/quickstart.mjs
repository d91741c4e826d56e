/** `npm run quickstart`: from a fresh clone to a real suite that ran on real sessions, and where to look at it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EMBEDDED, main, ROOT, run } from './lib/child.mjs';
import { setup } from './setup.mjs';

const CONFIG = 'example-tests/playwright.config.ts';
const REPORT = 'example-tests/results/html';
const RUN_PAGE = 'example-tests/sessionwright-report/index.html';
const NEXT = `
Next:
  1. Read an example and copy it:  example-tests/  (one idea a file)
  2. In your own suite:            npm i -D sessionwright, then import { test, expect } from 'sessionwright'
  3. Every option, the cloud:      docs/options.md, README.md
`;

await main(async () => {
  await setup();
  console.log(`\nRunning example-tests: playwright test --config ${CONFIG}\n`);
  const { code } = await run(
    process.execPath,
    ['node_modules/@playwright/test/cli.js', 'test', '--config', CONFIG],
    { show: true, env: EMBEDDED },
  );
  if (existsSync(join(ROOT, REPORT, 'index.html')))
    console.log(
      `\nReport, with the recording of every test: ${REPORT}\nOpen it:  npx playwright show-report ${REPORT}`,
    );
  if (existsSync(join(ROOT, RUN_PAGE)))
    console.log(
      `\nThe story of the run, session by session and test by test:\n  ${pathToFileURL(join(ROOT, RUN_PAGE)).href}`,
    );
  console.log(code === 0 ? NEXT : '\nSome examples failed: see above, or the report.');
  return code ?? 1;
});
