/** Decides whether to follow a redirect, since the request carries the key. */

/** An answer that may be a redirect. */
interface RedirectAnswer {
  status: number;
  /** The `Location` header. */
  location: string | undefined;
  from: URL;
  method: string;
}

/** Returns the next URL, or why the redirect is refused; `undefined` if the answer is not a redirect. */
export function readRedirect({
  status,
  location,
  from,
  method,
}: RedirectAnswer): { target: URL } | { problem: string } | undefined {
  if (status < 300 || status > 399 || location === undefined) return undefined;
  if (!URL.canParse(location, from)) return { problem: 'redirects to no URL' };
  const target = new URL(location, from);
  if (target.origin !== from.origin)
    return { problem: `redirects to ${target.origin}, which must not get the key` };
  // Only 307 and 308 keep method and body (RFC 9110 section 15.4).
  const keepsMethod = status === 307 || status === 308 || method === 'GET';
  return keepsMethod
    ? { target }
    : { problem: `redirects with ${status}, which would turn ${method} into GET` };
}
