/** Downloads in the page: what is under way, what has become of the last one. */
import { useState } from 'preact/hooks';
import { messageOf } from '../../base/errors';

/** What the page says of them. */
export interface Downloads {
  /** What is waited for, such as a clip that is being made; empty when nothing is. */
  busy: string;
  /** Why the last one failed; empty when it did not. */
  problem: string;
  /** What else there is to say of the last one. */
  said: string;
  start: (download: DownloadStart) => void;
}

/** One download. */
export interface DownloadStart {
  /** Of the file. */
  name: string;
  /** What to say until it begins. */
  waiting: string;
  /** Where it is; may take a while. */
  path: () => Promise<string>;
}

const NOTHING = { busy: '', problem: '', said: '' };

/** One after the other: while one is waited for, no other begins. */
export function useDownloads(): Downloads {
  const [state, setState] = useState(NOTHING);
  const start = ({ name, waiting, path }: DownloadStart): void => {
    if (state.busy !== '') return;
    setState({ ...NOTHING, busy: waiting });
    path().then(
      (href) => {
        Object.assign(document.createElement('a'), { href, download: name }).click();
        setState({ ...NOTHING, said: `The download of ${name} has begun.` });
      },
      (error: unknown) =>
        setState({ ...NOTHING, problem: `Not downloaded, try again. ${messageOf(error)}` }),
    );
  };
  return { ...state, start };
}
