/** Files of the build, such as the scripts of our pages. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Returns the URL of a file in `dist`. Works from `dist` and from the sources. */
export function builtFile(name: string): URL {
  return pathToFileURL(createRequire(import.meta.url).resolve(`#dist/${name}`));
}
