/** What a page of the viewer begins with: what the server wrote into it, and what its link asks for. */

/** How the page is to look and what it is about. */
export interface Start {
  /** Path below which the server answers; empty for the root of its host. */
  basePath: string;
  /** Undefined on the wall. */
  sessionId: string | undefined;
  /** Permission to watch, from the link; null without one. */
  token: string | null;
  /** What a link to the wall holds that opens it once; null without one. */
  ticket: string | null;
  /** Only the picture, for a frame in somebody's page. */
  isMinimal: boolean;
  /** Whether the link asks for mouse and keyboard; undefined when it says nothing. */
  interactive: boolean | undefined;
  /** Undefined: as the system has it. */
  theme: 'light' | 'dark' | undefined;
}

/** Reads the page and its address. */
export function readStart(): Start {
  const query = new URLSearchParams(location.search);
  const { base = '', session } = document.body.dataset;
  const theme = query.get('theme');
  const interactive = query.get('interactive');
  return {
    basePath: base,
    sessionId: session,
    token: query.get('token'),
    ticket: session === undefined ? takeTicket() : null,
    isMinimal: query.get('mode') === 'embed-minimal',
    interactive: interactive === null ? undefined : ['1', 'true'].includes(interactive),
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
  };
}

/** It is good once, so it does not stay in the address. */
function takeTicket(): string | null {
  const ticket = fromHash('ticket');
  if (ticket !== null) history.replaceState(null, '', location.pathname + location.search);
  return ticket;
}

/** A value behind the `#` of the address, which is never sent to a server. */
export function fromHash(name: string): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}
