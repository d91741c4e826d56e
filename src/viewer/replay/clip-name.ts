/** File names of clips: the title of the test, as far as every operating system allows it. Pure. */

/** Longest title in a file name, in characters. */
const MAX_TITLE = 80;
/** Characters that file names cannot contain: those of Windows, `/`, and invisible ones. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]+/gu;

export function clipName(title: string): string {
  const words = title.replace(FORBIDDEN, ' ').replace(/\s+/g, ' ');
  const short = Array.from(words.replace(/^[. ]+/, ''))
    .slice(0, MAX_TITLE)
    .join('');
  return `${short.replace(/[. ]+$/, '') || 'test'}.mp4`;
}
