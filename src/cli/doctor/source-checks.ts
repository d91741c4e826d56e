/** Checks of the sources of sessions: the browser of this machine, a Grid, a provider, or a session API. */
import { shownUrl } from '../../base/redaction';
import { countText } from '../../base/texts';
import { Dispatchers } from '../../client/dispatchers';
import { CLOUD_API_URL } from '../../options/defaults';
import { environment } from '../../options/environment';
import { projectLeftToPlaywright } from '../../options/served';
import {
  describeSource,
  gridOf,
  hasRemoteApi,
  isCloud,
  isElsewhere,
  providerOf,
  withModulePath,
} from '../../options/source';
import { configFolder } from '../../options/project';
import type { SessionOptions } from '../../options/types';
import { checked, type Check, type Result } from './check';
import type { ProjectFacts, SuiteFacts } from './suite-facts';

/** How long an answer of a Grid or an API may take, in milliseconds. */
const ANSWER_MS = 5_000;

/** The checks of each source that the projects use. */
export async function sourceChecks(suite: SuiteFacts): Promise<Check[]> {
  const bySource = new Map(
    suite.projects
      .filter(({ use }) => projectLeftToPlaywright(use) === undefined)
      .map((project) => [describeSource(project.sessionOptions), project]),
  );
  const checks: Check[] = [];
  for (const [source, project] of bySource) {
    checks.push({
      ...{ id: 'source', category: 'sessions', status: 'info' },
      message: [`Sessions come from: ${source}`, environment.apiNotice].filter(Boolean).join('\n'),
    });
    checks.push(await sourceCheck(suite, project));
  }
  return checks;
}

async function sourceCheck(suite: SuiteFacts, project: ProjectFacts): Promise<Check> {
  const category = 'sessions';
  const { sessionOptions: options } = project;
  if (hasRemoteApi(options))
    return checked({ id: 'source.api', category }, async () => apiResult(options, suite.workers));
  const grid = gridOf(options);
  if (grid)
    return checked({ id: 'source.grid', category }, async () => gridResult(grid, suite.workers));
  const provider = providerOf(withModulePath(options, configFolder(suite)));
  if (provider)
    return checked({ id: 'source.provider', category }, async () => {
      const { loadProvider } = await import('../../host/load-provider');
      const loaded = await loadProvider(provider, 'sessionOptions.backend');
      const reap = loaded.provider.list
        ? ''
        : ', without list(): reap only names what killed runs left';
      return { status: 'pass', message: `The provider "${loaded.provider.name}" is loaded${reap}` };
    });
  if (isElsewhere(options))
    return {
      ...{ id: 'source.cdp', category, status: 'info' },
      message: 'A CDP endpoint is checked by a session.',
    };
  return checked({ id: 'source.browser', category }, async () => browserResult(project));
}

async function browserResult({ use, sessionOptions }: ProjectFacts): Promise<Result> {
  const { findChromium } = await import('../../browser/find-chromium');
  const launch = use['launchOptions'] as { executablePath?: string } | undefined;
  const { executablePath, source } = await findChromium({
    executablePath: sessionOptions.executablePath ?? launch?.executablePath,
    channel: sessionOptions.channel ?? (use['channel'] as string | undefined),
    headless: (sessionOptions.headless ?? use['headless']) !== false,
  });
  const why = {
    SESSIONWRIGHT_EXECUTABLE_PATH: 'named by SESSIONWRIGHT_EXECUTABLE_PATH',
    option: 'named by the options',
    playwright: 'installed by Playwright',
    system: 'installed on this system',
  }[source];
  return { status: 'pass', message: `Browser: ${executablePath} (${why})` };
}

async function gridResult(
  grid: NonNullable<ReturnType<typeof gridOf>>,
  workers: number,
): Promise<Result> {
  const [{ GridWire }, { readState }] = await Promise.all([
    import('../../browser/grid/grid-wire'),
    import('../../browser/grid/grid-state'),
  ]);
  const wire = new GridWire(grid);
  const state = readState(
    await wire.send({ method: 'GET', path: '/status', timeoutMs: ANSWER_MS }),
  );
  if (!state) return { status: 'fail', message: `${wire.shown} is no Selenium Grid.` };
  const { nodes, slots, used, browsers } = state;
  const message = `The Grid has ${countText(nodes, 'node')}, and ${slots - used} of ${countText(slots, 'slot')} are free (${browsers.join(', ')})`;
  return capacityResult(message, { free: slots - used, workers });
}

async function apiResult(options: SessionOptions, workers: number): Promise<Result> {
  const [{ SessionsClient }, { activeSessions }] = await Promise.all([
    import('../../client/index'),
    import('../../client/active-sessions'),
  ]);
  const { apiUrl = environment.apiUrl ?? CLOUD_API_URL, apiKey = environment.apiKey } = options;
  if (apiKey === undefined)
    return {
      status: 'fail',
      message: `There is no key for the session API ${shownUrl(apiUrl)}.`,
      fix: `Set ${environment.apiNames.apiKey}.`,
    };
  const client = new SessionsClient({ apiUrl, apiKey, timeout: ANSWER_MS, handleSignals: false });
  try {
    const active = (await activeSessions(client)).length;
    const message = `The session API answers and accepts the key, which has ${countText(active, 'active session')}`;
    const limit = await limitOf(apiUrl, apiKey);
    if (limit === undefined) return { status: 'pass', message };
    return capacityResult(`${message} of ${limit}`, { free: limit - active, workers });
  } finally {
    await client.close();
  }
}

/** Most sessions of one of our servers; undefined for the cloud, or if the key may not read it. */
async function limitOf(apiUrl: string, apiKey: string): Promise<number | undefined> {
  if (isCloud(apiUrl)) return undefined;
  const dispatchers = new Dispatchers();
  try {
    const { body } = await dispatchers.request(new URL(`${shownUrl(apiUrl)}/metrics`), {
      method: 'GET',
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const [, limit] = /^sessionwright_sessions_limit (\d+)/m.exec(await body.text()) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  } finally {
    await dispatchers.close();
  }
}

function capacityResult(
  message: string,
  { free, workers }: { free: number; workers: number },
): Result {
  if (free >= workers) return { status: 'pass', message };
  return {
    status: 'warn', // a run waits for sessions of others to end, and some Grids add nodes when asked
    message: `${message}, for ${countText(workers, 'worker')}: some wait for a session.`,
    fix: 'Run fewer workers, or add capacity.',
  };
}
