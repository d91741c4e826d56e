/** Files that only exist after a build, such as the scripts of our pages. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The URL of a file in `dist`. The caller may run from `dist` or from the sources. */
export function builtFile(name: string): URL {
  return pathToFileURL(createRequire(import.meta.url).resolve(`#dist/${name}`));
}
