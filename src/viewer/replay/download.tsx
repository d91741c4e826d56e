/** The way to the film as a file. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../base/errors';
import type { Api } from '../api';
import { Icon } from '../ui/icon';
import { freshPath } from './renewal';

interface DownloadProps {
  api: Api;
  path: string;
  /** Of the file. */
  name: string;
}

/** By a new URL: that of the page may be too old. */
export function Download({ api, path, name }: DownloadProps): JSX.Element {
  const [problem, setProblem] = useState('');
  const download = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const href = await freshPath(api);
      setProblem('');
      Object.assign(document.createElement('a'), { href, download: name }).click();
    } catch (error) {
      setProblem(`Not downloaded, try again. ${messageOf(error)}`);
    }
  };
  return (
    <>
      <span class="hint" role="alert">
        {problem}
      </span>
      <a class="button plain" href={path} download={name} onClick={(event) => void download(event)}>
        <Icon name="download" />
        <span>Download</span>
      </a>
    </>
  );
}
