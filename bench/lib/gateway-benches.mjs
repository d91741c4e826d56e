/** What the gateway adds to a round trip between a test and its browser. */
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../scripts/lib/child.mjs';
import { openCdpPage, openPlaywrightPage } from './cdp.mjs';
import { alternate, median, milliseconds } from './measure.mjs';
import { startServer } from './server.mjs';

/** @type {import('./benches.mjs').Bench[]} */
export const GATEWAY_BENCHES = [
  {
    numbers: ['gateway_p50_ratio', 'gateway_bare_p50_ratio', 'shared_p50_ratio'],
    measure: measureGateway,
  },
];

/** The same command to the same browser, through the gateway and past it, in turns. Ratios are of medians: single round trips spread far more than the two ways differ. */
async function measureGateway({ executables, rounds, say }) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executables.chromium);
  try {
    const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
    const session = await client.start();
    const [browserUrl] = server.browserUrls();
    const urls = { ours: session.cdpUrl, base: browserUrl };
    const played = await timeRoundTrips(openPlaywrightPage, urls, rounds * 1_000);
    const bare = await timeRoundTrips(openCdpPage, urls, rounds * 1_000);
    const shared = await client.start({ cdpUrl: browserUrl });
    const sharing = await timeRoundTrips(
      openPlaywrightPage,
      { ours: shared.cdpUrl, base: browserUrl },
      rounds * 1_000,
    );
    say(`${played.ours.length} pairs with each client`);
    await shared.stop();
    await session.stop();
    return {
      // Playwright is the client of every test, so its round trip is the number; the bare one shows the hop itself.
      result: {
        gateway_p50_ratio: median(played.ours) / median(played.base),
        gateway_bare_p50_ratio: median(bare.ours) / median(bare.base),
        shared_p50_ratio: median(sharing.ours) / median(sharing.base),
      },
      rows: [
        {
          what: 'CDP round trip in Playwright, median',
          ours: milliseconds(median(played.ours)),
          base: `${milliseconds(median(played.base))} direct`,
        },
        {
          what: 'the same over a bare websocket',
          ours: milliseconds(median(bare.ours)),
          base: `${milliseconds(median(bare.base))} direct`,
        },
        {
          what: 'CDP round trip to a CDP endpoint, whose connection all share',
          ours: milliseconds(median(sharing.ours)),
          base: `${milliseconds(median(sharing.base))} direct`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

async function timeRoundTrips(open, urls, rounds) {
  const sides = { ours: await open(urls.ours), base: await open(urls.base) };
  const times = await alternate(
    { ours: sides.ours.roundTripMs, base: sides.base.roundTripMs },
    { rounds, warmUp: 500 },
  );
  await Promise.all([sides.ours.close(), sides.base.close()]);
  return times;
}
