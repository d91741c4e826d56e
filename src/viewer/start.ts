/** The start values of a page: from the HTML of the server, and from the address. */

export interface Start {
  /** Path below which the server answers; empty for the root of its host. */
  basePath: string;
  /** Undefined on the wall. */
  sessionId: string | undefined;
  /** Permission to watch, from the link; null without it. */
  token: string | null;
  /** Opens the wall once; null without it. */
  ticket: string | null;
  /** Shows only the picture, for a frame in another page. */
  isMinimal: boolean;
  /** Whether the link asks for mouse and keyboard; undefined if it does not say. */
  interactive: boolean | undefined;
  /** @default that of the system */
  theme: 'light' | 'dark' | undefined;
}

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

/** It works once, so it is removed from the address. */
function takeTicket(): string | null {
  const ticket = fromHash('ticket');
  if (ticket !== null) history.replaceState(null, '', location.pathname + location.search);
  return ticket;
}

/** A value of the address's fragment, which is never sent to a server. */
export function fromHash(name: string): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}
