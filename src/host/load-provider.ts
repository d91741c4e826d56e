/** Loads the module of a provider, as Playwright loads a reporter. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../base/errors';
import { isRecord } from '../base/json';
import { OptionsError } from '../contract/errors';
import type { ProviderModule } from '../browser/provider/checked-provider';
import type { BrowserProvider } from '../browser/provider/types';
import type { ProviderChoice } from '../options/source';

/** A provider with the place of its module. */
export type LoadedProvider = ProviderModule & { module: string };

/** What a module exports as its default. */
type Exported = BrowserProvider | ((options: object) => BrowserProvider | Promise<BrowserProvider>);

/** Names of the providers that this process has loaded, by their modules. */
const names = new Map<string, string>();

/** The name of a provider that this process has loaded. */
export function nameOfProvider({ module }: ProviderChoice): string | undefined {
  return names.get(module);
}

/**
 * Loads a provider.
 * @param path - where it is chosen, for the message: `use.sessionOptions.backend`
 * @throws {@link OptionsError} if the module does not load, or exports no provider
 */
export async function loadProvider(
  { module, options = {} }: ProviderChoice,
  path = 'sessionOptions.backend',
): Promise<LoadedProvider> {
  const refuse = (problem: string): never => {
    throw new OptionsError(`${path}: the provider module "${module}" ${problem}`, { path });
  };
  const loaded = await importModule(module).catch((error: unknown) =>
    refuse(`does not load: ${messageOf(error).replace(/\.*$/, '')}. ${adviceFor(module)}`),
  );
  const exported = defaultOf(loaded) as Exported | undefined;
  const made: unknown =
    typeof exported === 'function'
      ? await Promise.resolve()
          .then(async () => exported(options))
          .catch((error: unknown) => refuse(`failed: ${messageOf(error)}`))
      : exported;
  const problem = problemOf(made);
  if (problem !== undefined) refuse(problem);
  const provider = made as BrowserProvider;
  names.set(module, provider.name);
  return { provider, module, options, optionsHash: hashOf(options) };
}

/** Why it is no provider. */
function problemOf(made: unknown): string | undefined {
  if (made === undefined || made === null)
    return 'has no default export. Export a provider, or a function that returns one.';
  const methods = made as Record<string, unknown>;
  if (typeof methods['start'] !== 'function')
    return 'has no start(). Its default export must be a provider, or a function that returns one.';
  if (typeof methods['name'] !== 'string' || methods['name'].trim() === '')
    return 'has no name. Give the provider a "name" for messages.';
  const wrong = ['stop', 'list'].find(
    (it) => methods[it] !== undefined && typeof methods[it] !== 'function',
  );
  return wrong && `has a "${wrong}" that is not a function.`;
}

/** Undefined for no options. */
function hashOf(options: object): string | undefined {
  if (Object.keys(options).length === 0) return undefined;
  return createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
}

/** A path that `require` finds may be without an extension. A package of ES modules only is found from here. */
async function importModule(module: string): Promise<unknown> {
  if (!isAbsolute(module)) return import(module);
  const file = createRequire(import.meta.url).resolve(module);
  return import(pathToFileURL(file).href);
}

/** The default export. That of a CommonJS module that was compiled from an ES module is one level deeper. */
function defaultOf(loaded: unknown): unknown {
  const exported = isRecord(loaded) ? loaded['default'] : undefined;
  const isCompiled = isRecord(exported) && exported['__esModule'] === true;
  return isCompiled ? exported['default'] : exported;
}

function adviceFor(module: string): string {
  return /\.[cm]?ts$/.test(module) && !('typescript' in process.features)
    ? 'This version of Node does not load TypeScript. Write the module in JavaScript (.mjs), or use a newer version.'
    : 'Write a path that begins with ./ (relative to the folder of the configuration or of the command), or the name of an installed package.';
}
