/** The line about a session that stays open after its test failed. */
import { clockText } from '../base/texts';
import type { KeptSession } from './protocol';

/** Contains the link to its viewer, which has a token. */
export function keptLine({ sessionId, title, untilMs, viewerUrl }: KeptSession): string {
  return `session ${sessionId} of "${title}" stays open until ${clockText(untilMs)}${viewerUrl === null ? '' : `: ${viewerUrl}`}`;
}
