/** `npm run grid`: a Selenium Grid of a hub and two nodes on this machine, until Ctrl-C. `--nodes 3 --slots 4 --port 4444` say otherwise. */
import { parseArgs } from 'node:util';
import { gridParts } from './lib/grid-parts.mjs';
import { startGrid } from './lib/grid.mjs';
import { setup } from './setup.mjs';

/** Selenium's own port. */
const PORT = '4444';

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: PORT },
      nodes: { type: 'string', default: '2' },
      slots: { type: 'string', default: '2' },
    },
  });
  const [port, nodes, slots] = [values.port, values.nodes, values.slots].map(Number);
  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await setup();
  const starting = startGrid({ parts: await gridParts(), port, nodes, slots });
  console.log('grid: starting ...');
  const grid = await starting;
  console.log(
    `grid: ${nodes} nodes with ${slots} slots each at ${grid.url}. Press Ctrl-C to stop.`,
  );
  console.log(`  SELENIUM_REMOTE_URL=${grid.url} npx playwright test`);
  console.log(`  npx sessionwright serve --backend grid --grid-url ${grid.url}`);
  await stopped;
  console.log('grid: ending ...');
  await grid.close();
} catch (error) {
  console.error(error.name === 'SetupError' ? error.message : error);
  process.exitCode = 1;
}
