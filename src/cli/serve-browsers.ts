/**
 * Where the browsers of `sessionwright serve` come from, unless they run on this machine: a Selenium Grid or a provider. A ledger lists
 * what it starts there. If it is killed, the next one, a run or `reap` reads the ledger.
 */
import { settledWithin } from '../base/deadline';
import { shownUrl } from '../base/redaction';
import type { GridSettings } from '../browser/grid/grid';
import { Ledger } from '../host/ledger';
import { loadProvider, type LoadedProvider } from '../host/load-provider';
import { claimRunFolder, removeRunFolder, type RunFolder } from '../host/run-folder';
import { sweep } from '../host/sweep';
import { environment } from '../options/environment';
import { chosenProvider, gridOf } from '../options/source';
import type { SessionOptions } from '../options/types';
import { validateSessionOptions } from '../options/validate';
import type { SessionServerOptions } from '../server/index';
import { UsageError } from './command';
import { printError } from './output';

/** How long to wait at the end for what killed servers and runs left, in milliseconds. The rest is for the next server or run. */
const SWEEP_MS = 5_000;

/** Browsers that run on other machines. */
export interface ServedBrowsers {
  settings: Pick<SessionServerOptions, 'grid' | 'provider'>;
  /** Where they come from, as a sentence without secrets. */
  shown: string;
  /** Removes the ledger, unless there is still a browser in it. */
  close(): Promise<void>;
}

/** The arguments that choose where browsers come from. */
interface BrowserArguments {
  backend?: string | undefined;
  'grid-url'?: string | undefined;
  provider?: string | undefined;
  warm?: string | undefined;
}

/**
 * Where browsers come from, by the command line or the environment; undefined if they run on this machine.
 * @throws {@link UsageError} for wrong arguments; {@link OptionsError} for a wrong value in the environment, and for an unusable provider
 */
export async function servedBrowsers(args: BrowserArguments): Promise<ServedBrowsers | undefined> {
  if (args.provider !== undefined) return servedProvider(args.provider, args);
  const { backend, 'grid-url': gridUrl } = args;
  const url = gridUrl ?? environment.gridUrl;
  const chosen = backend ?? (url === undefined ? 'chromium' : 'grid');
  if (gridUrl !== undefined) checkGridUrl(gridUrl, chosen);
  if (chosen === 'chromium') return undefined;
  if (chosen !== 'grid') throw new UsageError(`--backend takes chromium or grid, not "${chosen}".`);
  if (url === undefined)
    throw new UsageError('--backend grid needs --grid-url, or SELENIUM_REMOTE_URL.');
  refuseWarm(args, 'a Selenium Grid: waiting browsers would take the slots that sessions need');
  const options: SessionOptions = { backend: chosen, ...(gridUrl !== undefined && { gridUrl }) };
  validateSessionOptions(options, 'serve');
  const grid = gridOf(options);
  return grid && servedGrid(grid);
}

async function servedGrid(grid: GridSettings): Promise<ServedBrowsers> {
  const { ledger, close } = await openLedger();
  return {
    settings: { grid: { ...grid, ledger } },
    shown: `Its browsers run on the Selenium Grid at ${shownUrl(grid.url)}.`,
    close,
  };
}

async function servedProvider(module: string, args: BrowserArguments): Promise<ServedBrowsers> {
  if ((args.backend ?? args['grid-url']) !== undefined)
    throw new UsageError(
      '--provider excludes --backend and --grid-url, because browsers come from one source.',
    );
  refuseWarm(args, 'a provider: waiting browsers may cost as much as sessions');
  const provider = await loadProvider(chosenProvider(module, process.cwd()), '--provider');
  const { ledger, close } = await openLedger([provider]);
  return {
    settings: { provider: { ...provider, ledger, onLeft: printError } },
    shown: `Its browsers come from the provider "${provider.provider.name}".`,
    close,
  };
}

function refuseWarm({ warm }: BrowserArguments, why: string): void {
  if (Number(warm ?? 0) > 0)
    throw new UsageError(`--warm cannot be used with ${why}. Leave --warm out.`);
}

function checkGridUrl(gridUrl: string, backend: string): void {
  if (backend === 'chromium') throw new UsageError('--grid-url needs --backend grid.');
  if (hasCredentials(gridUrl))
    throw new UsageError(
      '--grid-url takes no user name and no password: other users see them in the list of processes. Put the URL into SELENIUM_REMOTE_URL.',
    );
}

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** Also ends what killed servers and runs left. */
async function openLedger(
  providers: readonly LoadedProvider[] = [],
): Promise<{ ledger: Ledger; close: () => Promise<void> }> {
  const folder = await claimFolder();
  const sweeping = sweep({ keep: folder, providers }).catch(() => undefined);
  const ledger = new Ledger(folder.path);
  return {
    ledger,
    close: async () => {
      await settledWithin(sweeping, SWEEP_MS);
      if ((await ledger.open()).length === 0) await removeRunFolder(folder);
    },
  };
}

/** The folder of a dead process with the same number may still be there. */
async function claimFolder(): Promise<RunFolder> {
  for (let generation = 1; ; generation++) {
    const folder = await claimRunFolder(process.pid, generation);
    if (folder) return folder;
  }
}
