/**
 * `npm run soak`: one run of many short tests, each recorded, whose processes are looked at all the while. Nothing of it may grow from
 * the 200th test on: `npm run soak -- --tests 2000 --workers 2`. Ends with one line of JSON. Linux only.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EMBEDDED, main, ROOT, run } from './lib/child.mjs';
import { figuresOf, Samples } from './lib/soak-samples.mjs';
import { setup } from './setup.mjs';

const PROJECT = join(ROOT, '.cache/soak/project');
/** From this test on nothing may grow: all code has run by then, and has been optimized. */
const FROM_TEST = 200;
/** At this share of the tests the last look is taken: while they run, for a process that ends is no more to be asked. */
const LAST_LOOK = 0.95;
/** What may be held more than at the first look, as a share of the memory of then. */
const MAX_GROWTH = 0.1;
const SAMPLE_MS = 1_000;
const LIMIT_MS = 60 * 60_000;

/** What people write: a page, some actions, an expectation. */
const SPEC = `
import { test, expect } from 'sessionwright';
for (let n = 0; n < Number(process.env.SOAK_TESTS); n++)
  test('test ' + n, async ({ page }) => {
    await page.setContent('<label>Name <input></label><button onclick="document.querySelector(\\'output\\').value = document.querySelector(\\'input\\').value">Say</button><output></output>');
    await page.getByLabel('Name').fill('Ada ' + n);
    await page.getByRole('button').click();
    await expect(page.locator('output')).toHaveText('Ada ' + n);
  });
`;

const COUNTER = `module.exports = class { onTestEnd(test, { status }) { process.stdout.write('soak: ' + status + '\\n'); } };`;

await main(async () => {
  const { values } = parseArgs({
    options: {
      tests: { type: 'string', default: '2000' },
      workers: { type: 'string', default: '2' },
    },
  });
  await setup();
  const tests = Number(values.tests);
  makeProject(Number(values.workers));
  const folder = mkdtempSync(join(tmpdir(), 'sessionwright-soak-'));
  console.log(`soak: ${tests} tests on ${values.workers} workers`);
  let done = 0;
  const samples = new Samples(folder);
  const fromTest = Math.min(FROM_TEST, Math.floor(tests / 2));
  const looks = {};
  const lookAt = (name, test) => {
    if (done >= test) looks[name] ??= samples.look();
  };
  const sampler = setInterval(() => {
    samples.take(done);
    lookAt('first', fromTest);
    lookAt('last', tests * LAST_LOOK);
  }, SAMPLE_MS);
  const startedMs = performance.now();
  try {
    const { output } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test'],
      {
        cwd: PROJECT,
        limitMs: LIMIT_MS,
        env: { ...EMBEDDED, TMPDIR: folder, SOAK_TESTS: values.tests, FORCE_COLOR: '0' },
        onOutput: (text) => (done = text.match(/^soak: /gm)?.length ?? 0),
        onTick: () => console.log(`  ${done} tests, ${samples.latest()}`),
        tickMs: 20_000,
      },
    );
    const passed = output.match(/^soak: passed$/gm)?.length ?? 0;
    const clips = Number(/(\d+) clips/.exec(output)?.[1] ?? 0);
    const seen = { all: samples.all, first: await looks.first, last: await looks.last };
    const figures = figuresOf(seen, { fromTest, tests });
    const minutes = Number(((performance.now() - startedMs) / 60_000).toFixed(1));
    const isFlat = Object.values(figures).every(
      (it) => it.growth < MAX_GROWTH && it.fd_growth <= 0,
    );
    if (passed < tests || clips < tests) console.log(output.slice(-4_000));
    for (const [name, it] of Object.entries(figures))
      console.log(
        `${name}: holds ${it.held_mb.join(' to ')} MB (${(100 * it.growth).toFixed(1)} % of its memory more), has at most ${it.peak_mb.join(' and ')} MB, ${it.fds.join(' to ')} descriptors`,
      );
    console.log(JSON.stringify({ tests, passed, clips, minutes, ...figures }));
    return isFlat && passed === tests && clips === tests ? 0 : 1;
  } finally {
    clearInterval(sampler);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    rmSync(PROJECT, { recursive: true, force: true });
  }
});

/** With the built package in its `node_modules`, as users have it: Playwright compiles what lies outside of there. */
function makeProject(workers) {
  rmSync(PROJECT, { recursive: true, force: true });
  const installed = join(PROJECT, 'node_modules/sessionwright');
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  const files = {
    'package.json': '{}',
    'soak.spec.ts': SPEC,
    'counter.cjs': COUNTER,
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: ${workers}, fullyParallel: true, reporter: [['./counter.cjs']], use: { recording: 'on' } });`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(PROJECT, name), text);
}
