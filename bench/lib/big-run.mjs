/** Sends a run of thousands of tests to a reporter without running them: for pages that must open quickly. */

/** When it began, in milliseconds since the epoch. */
const BEGIN_MS = 1_790_000_000_000;
/** One test in so many fails for good, and one in so many passes at its second attempt. */
const FAILS = 50;
const FLAKY = 40;
const ACTIONS = [
  ['Click', "getByRole('button', { name: 'Add to basket' })"],
  ['Fill "a word"', "getByLabel('Name')"],
  ['Expect "toHaveText"', "locator('#basket .total')"],
  ['Expect "toBeVisible"', "getByText('Thank you')"],
];

/**
 * Sends a run to a reporter.
 * @param {object} reporter a reporter of Playwright
 * @param {{ tests: number, workers: number, stepsOfTest?: number, rootDir: string }} size
 */
export async function tellRun(reporter, { tests, workers, stepsOfTest = 15, rootDir }) {
  const config = {
    rootDir,
    configFile: `${rootDir}/playwright.config.ts`,
    workers,
    version: '1.65.1',
    projects: [],
    reporter: [],
  };
  const cases = Array.from({ length: tests }, (_, n) => testCase(n, rootDir));
  reporter.onBegin(config, { suites: [], allTests: () => cases });
  const lanes = Array.from({ length: workers }, (_, place) => ({
    place,
    worker: place,
    atMs: 900,
  }));
  for (let n = 0; n < tests; n++) {
    const lane = lanes.reduce((first, other) => (other.atMs < first.atMs ? other : first));
    const outcome = outcomeOf(n);
    for (let retry = 0; retry <= (outcome === 'expected' ? 0 : 1); retry++) {
      const failed = outcome === 'unexpected' || (outcome === 'flaky' && retry === 0);
      reporter.onTestEnd(cases[n], attempt(n, { lane, retry, failed, stepsOfTest, rootDir }));
      if (failed) lane.worker += workers;
    }
  }
  const durationMs = Math.max(...lanes.map(({ atMs }) => atMs));
  await reporter.onEnd({ status: 'failed', startTime: new Date(BEGIN_MS), duration: durationMs });
  await reporter.onExit();
}

function outcomeOf(n) {
  if (n % FAILS === 7) return 'unexpected';
  return n % FLAKY === 11 ? 'flaky' : 'expected';
}

function testCase(n, rootDir) {
  const title = `test ${n}: a customer ${['buys', 'returns', 'rates', 'gives away'][n % 4]} a book`;
  const file = `${rootDir}/tests/shop-${Math.floor(n / 25)}.spec.ts`;
  return {
    id: `id-${n}`,
    title,
    expectedStatus: 'passed',
    location: { file, line: 10 + (n % 25) * 8, column: 1 },
    titlePath: () => ['', 'chromium', file, `shop ${Math.floor(n / 25)}`, title],
    outcome: () => outcomeOf(n),
  };
}

function attempt(n, { lane, retry, failed, stepsOfTest, rootDir }) {
  const fromMs = BEGIN_MS + lane.atMs;
  const durationMs = 600 + ((n * 7919) % 1400);
  const location = (line) => ({
    file: `${rootDir}/tests/shop-${Math.floor(n / 25)}.spec.ts`,
    line,
    column: 3,
  });
  const error = {
    message: "expect(locator).toHaveText(expected) failed\n\nExpected: '3'\nReceived: '2'",
    snippet: "  11 | await page.goto('/')\n> 12 | await expect(total).toHaveText('3')\n     | ^",
    location: location(12),
  };
  const steps = Array.from({ length: stepsOfTest }, (_, nth) => {
    const [title, subtitle] = ACTIONS[nth % ACTIONS.length];
    const isLast = nth === stepsOfTest - 1;
    return {
      title,
      subtitle,
      category: 'pw:api',
      startTime: new Date(fromMs + Math.round((durationMs * nth) / stepsOfTest)),
      duration: Math.round(durationMs / stepsOfTest),
      location: location(10 + (n % 25) * 8 + (nth % 8)),
      steps: [],
      attachments: [],
      ...(failed && isLast && { error }),
    };
  });
  lane.atMs += durationMs + 40;
  return {
    retry,
    workerIndex: lane.worker,
    parallelIndex: lane.place,
    status: failed ? 'failed' : 'passed',
    startTime: new Date(fromMs),
    duration: durationMs,
    steps,
    errors: failed ? [error] : [],
    annotations: [],
    attachments: [story({ lane, fromMs, durationMs, failed })],
  };
}

function story({ lane, fromMs, durationMs, failed }) {
  const session = {
    id: `00000000-0000-4000-8000-${String(lane.place).padStart(12, '0')}`,
    source: 'embedded session server (Chromium)',
    readyMs: BEGIN_MS + 800,
    startMs: 300,
    isBilled: false,
  };
  const log = failed
    ? [
        {
          atMs: fromMs + 200,
          kind: 'request',
          text: 'the server responded with a status of 503',
          url: 'http://shop.test/api/stock',
        },
      ]
    : [];
  const body = {
    version: 1,
    session,
    fromMs,
    toMs: fromMs + durationMs,
    waits: [],
    isLost: false,
    log,
  };
  return {
    name: '_sessionwright',
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(body)),
  };
}
