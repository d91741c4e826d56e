/** The Selenium Grid that `sessionwright serve` takes its browsers from. What it starts there is in a ledger, which the next one, a run or `reap` reads should it be killed. */
import { shownUrl } from '../base/redaction';
import type { GridSettings } from '../browser/grid/grid';
import { Ledger } from '../host/ledger';
import { claimRunFolder, removeRunFolder, type RunFolder } from '../host/run-folder';
import { sweep } from '../host/sweep';
import { environment } from '../options/environment';
import { gridOf } from '../options/source';
import type { SessionOptions } from '../options/types';
import { validateSessionOptions } from '../options/validate';
import { UsageError } from './command';

/** A Grid, and what this process keeps of it. */
export interface ServedGrid {
  settings: GridSettings;
  /** Its URL, without secrets. */
  shown: string;
  /** Removes the ledger, unless there is still a session in it. */
  close(): Promise<void>;
}

/** What the command line says of it. */
interface GridArguments {
  backend?: string | undefined;
  'grid-url'?: string | undefined;
  warm?: string | undefined;
}

/**
 * The Grid that was asked for, by the command line or the environment; undefined when browsers run on this machine.
 * @throws {@link UsageError} for a wrong name, a missing URL or one with a password, and for browsers that shall wait there, {@link OptionsError} for what the environment says wrong
 */
export async function gridFor({
  backend,
  'grid-url': gridUrl,
  warm,
}: GridArguments): Promise<ServedGrid | undefined> {
  const url = gridUrl ?? environment.gridUrl;
  const chosen = backend ?? (url === undefined ? 'chromium' : 'grid');
  if (gridUrl !== undefined) checkGridUrl(gridUrl, chosen);
  if (chosen === 'chromium') return undefined;
  if (chosen !== 'grid') throw new UsageError(`--backend takes chromium or grid, not "${chosen}".`);
  if (url === undefined)
    throw new UsageError('--backend grid needs --grid-url, or SELENIUM_REMOTE_URL.');
  if (Number(warm ?? 0) > 0)
    throw new UsageError(
      '--warm cannot be used with a Selenium Grid: browsers that wait would take the slots that sessions want. Leave --warm out, or set --backend chromium.',
    );
  const options: SessionOptions = { backend: chosen, ...(gridUrl !== undefined && { gridUrl }) };
  validateSessionOptions(options, 'serve');
  const grid = gridOf(options);
  return grid && withLedger(grid);
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

async function withLedger(grid: GridSettings): Promise<ServedGrid> {
  const folder = await claimFolder();
  void sweep({ keep: folder }).catch(() => undefined); // one that was killed before has left its slots in use
  const ledger = new Ledger(folder.path);
  return {
    settings: { ...grid, ledger },
    shown: shownUrl(grid.url),
    close: async () => {
      if ((await ledger.open()).length === 0) await removeRunFolder(folder);
    },
  };
}

/** One of a dead process of the same number may still be there. */
async function claimFolder(): Promise<RunFolder> {
  for (let generation = 1; ; generation++) {
    const folder = await claimRunFolder(process.pid, generation);
    if (folder) return folder;
  }
}
