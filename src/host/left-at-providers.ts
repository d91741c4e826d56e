/** Ends what a killed run left at a provider. */
import { CheckedProvider } from '../browser/provider/checked-provider';
import { endBrowser } from '../browser/provider/provider-browsers';
import { HostError } from '../contract/errors';
import { environment } from '../options/environment';
import { chosenProvider } from '../options/source';
import type { LedgerEntry } from './ledger';
import { loadProvider, type LoadedProvider } from './load-provider';

/** How long a provider may take to list its browsers, in milliseconds. */
const CALL_MS = 10_000;
/** How long a provider may take to start a browser, in milliseconds, even if its client was killed. */
const START_MS = 120_000;

/**
 * Ends the browser of an entry. The module of its provider is loaded again, with the options of the environment.
 * @param known - providers that are loaded with their options
 * @returns the entry; undefined if there is no browser any more
 * @throws {@link HostError} if a browser may be left; {@link OptionsError} if the module does not load
 */
export async function endAtProvider(
  entry: LedgerEntry,
  known: readonly LoadedProvider[],
): Promise<LedgerEntry | undefined> {
  const { sessionId: mark, apiUrl: name, browserId, startedAt = 0, endsBy = 0 } = entry;
  if (Date.now() > endsBy) return undefined; // its maximum duration is over
  const provider = new CheckedProvider(await providerOfEntry(entry, known));
  const id = browserId ?? (await findBrowser(provider, mark));
  if (id !== undefined) {
    if (!provider.canStop) return undefined; // it ended with the connections of the killed run
    const failure = await endBrowser(provider, id);
    if (failure === undefined) return entry;
    throw left(`the provider "${name}" did not stop the browser ${id}: ${failure}`);
  }
  if (!provider.canList)
    throw left(
      `the provider "${name}" cannot list its browsers, so it may run one of a start of ${new Date(startedAt).toISOString()}. Look there, and stop it. It ends by ${new Date(endsBy).toISOString()} at the latest`,
    );
  if (Date.now() - startedAt > START_MS) return undefined;
  throw left(
    `the provider "${name}" does not list it, and may still be starting it. Call "npx sessionwright reap" again in two minutes, or let the next run do it`,
  );
}

/** Only with the same options: others may lead to another account, which has no such browser. */
async function providerOfEntry(
  { module = '', optionsHash }: LedgerEntry,
  known: readonly LoadedProvider[],
): Promise<LoadedProvider> {
  const loaded = known.find((it) => it.module === module && it.optionsHash === optionsHash);
  if (loaded) return loaded;
  if (optionsHash === undefined) return loadProvider({ module }, 'its module');
  if (environment.providerOptions !== undefined) {
    const provider = await loadProvider(chosenProvider(module, process.cwd()), 'its module');
    if (provider.optionsHash === optionsHash) return provider;
  }
  throw left(
    `its module ${module} needs its options. Set SESSIONWRIGHT_PROVIDER_OPTIONS to them, as JSON, and call "npx sessionwright reap", or start the suite again`,
  );
}

async function findBrowser(provider: CheckedProvider, mark: string): Promise<string | undefined> {
  if (!provider.canList) return undefined;
  try {
    const list = await provider.list(AbortSignal.timeout(CALL_MS));
    return list.find((it) => it.mark === mark)?.id;
  } catch (error) {
    throw left(`${provider.title} did not list its browsers: ${provider.textOf(error)}`);
  }
}

function left(reason: string): HostError {
  return new HostError(reason, { code: 'provider_failed' });
}
