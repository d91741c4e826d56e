/** What reports say of a test's session: one annotation, which begins with its id and ends with a link, where there is one that works. */

import { printable } from '../base/texts';

/** Type of the annotation. */
export const SESSION = 'session';
/** What a link has behind it that works no longer than the run. */
const PASSING = ' (while the run lasts)';

/**
 * The description of the annotation.
 * @param link - where the session is seen
 * @param isPassing - whether the link is dead once the run is over
 */
export function sessionLine(id: string, link: string | undefined, isPassing = false): string {
  if (link === undefined) return printable(id);
  return printable(`${id} ${link}${isPassing ? PASSING : ''}`);
}

/**
 * The same for those who read it after the run.
 * @param pageLink - where the run page shows the test; undefined when it is not known by what address it will be found
 */
export function lineAfterRun(line: string, pageLink: string | undefined): string {
  const [id = ''] = line.split(' ', 1);
  if (pageLink !== undefined) return sessionLine(id, pageLink);
  return line.endsWith(PASSING) ? id : line;
}
