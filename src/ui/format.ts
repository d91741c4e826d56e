/** Times and names as people read them. */

/** Such as `0:07`, `12:34` or `1:02:03`. @param tenths - adds tenths of a second: `0:07.3` */
export function clock(ms: number, tenths = false): string {
  const total = Math.max(0, tenths ? Math.floor(ms / 100) / 10 : Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = (total % 60).toFixed(tenths ? 1 : 0).padStart(tenths ? 4 : 2, '0');
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** Such as `4 s`, `12 min` or `3 h 5 min`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Date and time in the reader's locale, such as `Nov 28, 2026, 2:05 PM`. */
export function dateAndTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The start of an id, long enough to tell sessions apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** Host and path of a URL, for a small card. */
export function shortUrl(url: string): string {
  return decoded(url)
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*/s, '')
    .replace(/\/$/, '');
}

function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
