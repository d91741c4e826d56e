/** Where a film is loaded from: from its file, or from a copy of all of it where a server gives no parts of files, without which a browser does not move in a film. */
import { useCallback, useEffect, useState } from 'preact/hooks';

/** The end of a film and that of the part that can be moved in may differ by their rounding, in seconds. */
const ROUNDING_S = 0.1;

/** Where to load it from, and what to call as soon as its length is known. */
export interface FilmSource {
  src: string | undefined;
  onKnown: (film: HTMLVideoElement) => void;
}

/** @param clip - its file; undefined where there is none */
export function useFilmSource(clip: string | undefined): FilmSource {
  const [copy, setCopy] = useState<{ clip: string; url: string }>();
  useEffect(() => () => URL.revokeObjectURL(copy?.url ?? ''), [copy]);
  const onKnown = useCallback(
    (film: HTMLVideoElement): void => {
      if (clip === undefined || isMovable(film)) return;
      void fetch(clip)
        .then(async (response) => response.blob())
        .then((bytes) => setCopy({ clip, url: URL.createObjectURL(bytes) }))
        .catch(() => undefined); // it still plays from its beginning to its end
    },
    [clip],
  );
  return { src: copy?.clip === clip ? copy?.url : clip, onKnown };
}

function isMovable({ seekable, duration }: HTMLVideoElement): boolean {
  return seekable.length > 0 && seekable.end(seekable.length - 1) > duration - ROUNDING_S;
}
