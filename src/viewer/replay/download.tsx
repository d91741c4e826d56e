/** The way to the film as a file: the whole, or the test that is shown now. */
import type { JSX } from 'preact';
import type { Api } from '../api';
import { Announcement, Button } from '../ui/parts';
import { clipName } from './clip-name';
import { DownloadMenu } from './download-menu';
import type { Chapter, Film } from './film';
import { freshPath } from './renewal';
import { useDownloads } from './use-download';

interface DownloadProps {
  api: Api;
  film: Film;
  /** The test that is shown now. */
  chapter: Chapter | undefined;
  /** Of the file of the whole. */
  name: string;
}

/** By a new URL each time: that of the page may be too old. */
export function Download({ api, film, chapter, name }: DownloadProps): JSX.Element {
  const { busy, problem, said, start } = useDownloads();
  const downloadWhole = (): void =>
    start({ name, waiting: 'The download begins…', path: () => freshPath(api) });
  const downloadTest = ({ title, position }: Chapter): void =>
    start({
      name: clipName(title),
      waiting: 'The clip is being made…',
      path: () => api.clipPath(position),
    });
  return (
    <>
      <Announcement text={busy || said} />
      {busy !== '' && (
        <span class="download-said hint" aria-hidden="true">
          <span class="spinner" /> {busy}
        </span>
      )}
      <span class="download-said problem" role="alert">
        {problem}
      </span>
      {film.chapters.length === 0 ? (
        <Button icon="download" label="Download" onClick={downloadWhole} />
      ) : (
        <DownloadMenu
          film={film}
          chapter={chapter}
          isBusy={busy !== ''}
          onTest={downloadTest}
          onWhole={downloadWhole}
        />
      )}
    </>
  );
}
