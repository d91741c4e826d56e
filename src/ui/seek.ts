/** Moves a film to a moment. */

/** A film that is there already stays as it is: Chromium would jump to the end of one that it has decoded as a whole. */
export function seekTo(film: HTMLVideoElement, second: number): void {
  if (film.currentTime !== second) film.currentTime = second;
}
