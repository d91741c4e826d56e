/** The examples' configuration, with the transport that the test asks for, and results in a folder of its own. */
import { join } from 'node:path';
import { withSessions } from 'sessionwright/config';
import examples from '../../../example-tests/playwright.config';

const results = process.env['RESULTS'] ?? '';
const folder = join(import.meta.dirname, '../../../example-tests');

export default withSessions(
  {
    ...examples,
    testDir: join(folder, 'tests'),
    outputDir: join(results, 'artifacts'),
    reporter: [['list'], ['json', { outputFile: join(results, 'report.json') }]],
    webServer: [examples.webServer ?? []].flat().map((it) => ({ ...it, cwd: folder })),
  },
  { session: { transport: process.env['TRANSPORT'] as 'playwright' | 'cdp' } },
);
