/** Times and names as people read them. */

/** Such as `0:07`, `12:34` or `1:02:03`; with tenths where asked for. */
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

/** Such as `0.4 s` or `12 s`, for how long a test took. */
export function took(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : age(ms);
}

/** A day and a time, by the reader's clock, such as `Nov 28, 2:05 PM`. */
export function dayAndTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  });
}

/** The first part of an id: enough to tell sessions apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** Host and path of a URL, without what is noise on a small card. */
export function shortUrl(url: string): string {
  return readable(url)
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*/s, '')
    .replace(/\/$/, '');
}

/** `%20` and the like as what they stand for. */
function readable(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/** `1 test`, `2 tests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
