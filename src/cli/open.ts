/** `sessionwright open`: the wall of the run that is under way on this machine, or of a server, in the user's browser. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openInBrowser } from '../base/open-in-browser';
import { SessionwrightError } from '../contract/errors';
import { openConnection } from '../host/connect';
import type { RunViews } from '../host/protocol';
import { listRunFolders, readEndpoint, type RunFolder } from '../host/run-folder';
import { environment } from '../options/environment';
import { isCloud } from '../options/source';
import { command, toPid, UsageError } from './command';
import { printJson, printText } from './output';

const USAGE = `Usage: sessionwright open [url] [options]

Opens the page that shows the sessions of the newest run of yours on this machine, in this machine's browser. Without a run, the page of
the server that SESSIONWRIGHT_API_URL names; with a URL, that of the server there. It asks for the key of a server, unless
SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY are those of it.

  --run <pid>  of the run of this Playwright process
  --print      only print the URL; its token lets its holder watch: until the run ends, or once on a server
  --json       print { runs: [{ pid, urls }] } as JSON, or { url } of a server, and open nothing`;

/** A run that goes on. */
interface WatchedRun {
  pid: number;
  sinceMs: number;
  folder: RunFolder;
  views: RunViews;
}

/** Opens the page. Throws {@link SessionwrightError} `nothing_to_see` if there is nothing to open, or nothing to open it on. */
export const open = command(
  {
    usage: USAGE,
    options: { run: { type: 'string' }, print: { type: 'boolean' } },
    maxWords: 1,
  },
  async (values, [url]) => {
    const pid = toPid(values.run);
    if (url !== undefined && pid !== undefined)
      throw new UsageError(`Give a URL or --run, not both.\n\n${USAGE}`);
    const runs = url === undefined ? await runsUnderWay() : [];
    const server = runs.length > 0 || pid !== undefined ? undefined : serverUrl(url);
    if (server === undefined) await openRun(runs, pid, values);
    else if (values.json) printJson({ url: server });
    else await show([await serverLink(server)], `The wall of ${server}`, values.print);
  },
);

async function openRun(
  runs: readonly WatchedRun[],
  pid: number | undefined,
  { json, print }: { json?: boolean | undefined; print?: boolean | undefined },
): Promise<void> {
  if (json) {
    const found = runs.map((it) => ({ pid: it.pid, urls: urlsOf(it.views) }));
    printJson({ runs: found });
    return;
  }
  const run = pid === undefined ? runs[0] : runs.find((it) => it.pid === pid);
  if (!run) throw nothingToSee(nothingToOpen(runs, pid));
  const links = await runLinks(run);
  if (links.length === 0)
    throw nothingToSee(`Run ${run.pid} has no session yet. Try again in a moment.`);
  await show(links, `The wall of run ${run.pid}`, print);
  const others = runs.filter((it) => it !== run).map((it) => `--run ${it.pid}`);
  if (others.length > 0 && !print) printText(`Other runs: ${others.join(', ')}`);
}

/** The runs of this user whose hosts answer, the newest first. Whoever is not this user can read none of their files. */
async function runsUnderWay(): Promise<WatchedRun[]> {
  const found = await Promise.all((await listRunFolders()).map(look));
  return found.flatMap((run) => run ?? []).sort((one, other) => other.sinceMs - one.sinceMs);
}

async function look(folder: RunFolder): Promise<WatchedRun | undefined> {
  const views = await viewsOf(folder);
  const file = await stat(join(folder.path, 'endpoint.json')).catch(() => undefined);
  return views && file && { pid: folder.runnerPid, sinceMs: file.mtimeMs, folder, views };
}

/** The pages of a run; undefined when its host does not answer, or has just ended. */
async function viewsOf(folder: RunFolder, withLinks = false): Promise<RunViews | undefined> {
  const endpoint = await readEndpoint(folder);
  const host = endpoint && (await openConnection(endpoint, 'probe').catch(() => undefined));
  try {
    return await host?.call('views', { withLinks });
  } catch {
    return undefined;
  } finally {
    host?.close();
  }
}

/** The same as {@link urlsOf}, for one look now: the page does not ask for a key. Secret. */
async function runLinks({ folder, views }: WatchedRun): Promise<string[]> {
  return urlsOf((await viewsOf(folder, true)) ?? views);
}

/** The same for the wall of a server. The key is for the server that it belongs to, and told to no other. */
async function serverLink(url: string): Promise<string> {
  const { apiUrl, apiKey: key } = environment;
  if (key === undefined || apiUrl === undefined || serverUrl(apiUrl) !== url) return url;
  const { wallLink } = await import('../client/wall-link');
  return (await wallLink({ url: apiUrl, key })) ?? url;
}

/** What shows a run: its walls, or the page of a session where there is no wall, as in the cloud. */
function urlsOf({ walls, sessions }: RunViews): string[] {
  return walls.length > 0
    ? walls.map(({ url }) => url)
    : sessions.flatMap(({ viewerUrl }) => viewerUrl ?? []).slice(0, 1);
}

/** The wall of a server; undefined when none is named. The cloud has none. */
function serverUrl(given: string | undefined): string | undefined {
  const url = given ?? environment.apiUrl;
  if (url === undefined || (given === undefined && isCloud(url))) return undefined;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new UsageError(`"${url}" is no URL of a server, such as http://127.0.0.1:8484.`);
  return url.replace(/\/*$/, '/');
}

function nothingToOpen(runs: readonly WatchedRun[], pid: number | undefined): string {
  if (pid === undefined)
    return 'No run of yours is under way on this machine. Start one with "npx playwright test", or name a server: sessionwright open http://127.0.0.1:8484. What has ended stands in its run page, sessionwright-report/index.html.';
  const known = runs.map((run) => run.pid).join(', ');
  return `No run of process ${pid} is under way on this machine. Under way: ${known || 'none'}.`;
}

async function show(
  links: readonly string[],
  what: string,
  print: boolean | undefined,
): Promise<void> {
  if (print === true) {
    printText(links.join('\n'));
    return;
  }
  for (const link of links)
    if (await openInBrowser(link, environment.hasDisplay)) printText(`${what} is open.`);
    else if (environment.isCI)
      throw nothingToSee(`${what} cannot be opened here: there is no display to show it on.`);
    else printText(`No browser can be opened here. Open this yourself:\n${link}`);
}

function nothingToSee(message: string): SessionwrightError {
  return new SessionwrightError(message, { code: 'nothing_to_see' });
}
