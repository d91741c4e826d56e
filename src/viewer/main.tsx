/** The viewer in a browser: the wall of a server, or the page of a session. */
import { render } from 'preact';
import { Api } from './api';
import { SessionPage } from './session-page';
import { readStart } from './start';
import '../ui/styles.css';
import './viewer.css';
import { WallPage } from './wall/wall-page';

const start = readStart();
const api = new Api(start);
if (start.theme) document.documentElement.dataset['theme'] = start.theme;
const root = document.getElementById('viewer');
if (root)
  render(
    start.sessionId === undefined ? (
      <WallPage api={api} />
    ) : (
      <SessionPage api={api} start={start} />
    ),
    root,
  );
