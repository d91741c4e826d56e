/** The source of a clip: its file, or a copy in memory if the server does not support range requests, which browsers need to seek. */
import { useCallback, useEffect, useState } from 'preact/hooks';

/** The end of a clip and that of its seekable part can differ by rounding, in seconds. */
const ROUNDING_S = 0.1;

interface SeekableSource {
  src: string | undefined;
  /** Copies a clip that is not seekable. */
  onLoadedMetadata: (video: HTMLVideoElement) => void;
}

export function useSeekableSource(clip: string | undefined): SeekableSource {
  const [copy, setCopy] = useState<{ clip: string; url: string }>();
  useEffect(() => () => URL.revokeObjectURL(copy?.url ?? ''), [copy]);
  const onLoadedMetadata = useCallback(
    (video: HTMLVideoElement): void => {
      if (clip === undefined || isSeekable(video)) return;
      void fetch(clip)
        .then(async (response) => response.blob())
        .then((bytes) => setCopy({ clip, url: URL.createObjectURL(bytes) }))
        .catch(() => undefined); // it still plays from beginning to end
    },
    [clip],
  );
  return { src: copy?.clip === clip ? copy?.url : clip, onLoadedMetadata };
}

function isSeekable({ seekable, duration }: HTMLVideoElement): boolean {
  return seekable.length > 0 && seekable.end(seekable.length - 1) > duration - ROUNDING_S;
}
