/** What the file of a clip is called: like its test, as far as every system takes it. Pure. */

/** Longest title in the name of a file, in characters. */
const MAX_TITLE = 80;
/** What no name of a file may hold on Windows, `/` and what is not seen elsewhere. */
const NOT_IN_NAMES = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]+/gu;

export function clipName(title: string): string {
  const words = title.replace(NOT_IN_NAMES, ' ').replace(/\s+/g, ' ');
  const short = Array.from(words.replace(/^[. ]+/, ''))
    .slice(0, MAX_TITLE)
    .join('');
  return `${short.replace(/[. ]+$/, '') || 'test'}.mp4`;
}
