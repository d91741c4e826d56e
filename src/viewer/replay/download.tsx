/** Downloads of a replay: the whole session, or one of its tests. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../base/errors';
import { Announcement, Button } from '../../ui/parts';
import type { Chapter, Recording } from '../../ui/recording';
import type { Api } from '../api';
import { clipName } from './clip-name';
import { DownloadMenu } from './download-menu';
import { freshPath } from './renewal';

interface DownloadProps {
  api: Api;
  recording: Recording;
  /** The current test. */
  chapter: Chapter | undefined;
  /** File name of the whole recording. */
  name: string;
}

/** Each download gets a new URL, because that of the page can be too old. */
export function Download({ api, recording, chapter, name }: DownloadProps): JSX.Element {
  const { state, start } = useDownload();
  const downloadWhole = (): void =>
    start({ name, waiting: 'Starting the download…', path: () => freshPath(api) });
  const downloadTest = ({ title, position }: Chapter): void =>
    start({
      name: clipName(title),
      waiting: 'The clip is being made…',
      path: () => api.clipPath(position),
    });
  return (
    <>
      <Announcement text={state.busy || state.message} />
      {state.busy !== '' && (
        <span class="download-message hint" aria-hidden="true">
          <span class="spinner" /> {state.busy}
        </span>
      )}
      <span class="download-message problem" role="alert">
        {state.problem}
      </span>
      {recording.chapters.length === 0 ? (
        <Button icon="download" label="Download" onClick={downloadWhole} />
      ) : (
        <DownloadMenu
          recording={recording}
          chapter={chapter}
          isBusy={state.busy !== ''}
          onTest={downloadTest}
          onWhole={downloadWhole}
        />
      )}
    </>
  );
}

interface Start {
  /** Name of the file. */
  name: string;
  /** The message until it starts. */
  waiting: string;
  /** Resolves when the file is ready. */
  path: () => Promise<string>;
}

const IDLE = { busy: '', problem: '', message: '' };

/** One download at a time; `busy` is empty when none is being prepared. */
function useDownload(): { state: typeof IDLE; start: (download: Start) => void } {
  const [state, setState] = useState(IDLE);
  const start = ({ name, waiting, path }: Start): void => {
    if (state.busy !== '') return;
    setState({ ...IDLE, busy: waiting });
    path().then(
      (href) => {
        Object.assign(document.createElement('a'), { href, download: name }).click();
        setState({ ...IDLE, message: `The download of ${name} has begun.` });
      },
      (error: unknown) =>
        setState({ ...IDLE, problem: `Not downloaded, try again. ${messageOf(error)}` }),
    );
  };
  return { state, start };
}
