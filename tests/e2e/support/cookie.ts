/** A cookie of a cookie file, as text. */
export const cookie = (name: string): string =>
  JSON.stringify({
    name,
    value: name,
    domain: 'site.test',
    path: '/',
    httpOnly: false,
    secure: false,
    expires: 4_000_000_000,
  });
