/** The viewer, in a browser: the wall of a server, or the page of one session. */
import { render } from 'preact';
import { Api } from './api';
import { SessionPage } from './session-page';
import { readStart } from './start';
import '../ui/tokens.css';
import '../ui/reset.css';
import './styles/base.css';
import './styles/events.css';
import './styles/live.css';
import './styles/replay.css';
import './styles/wall.css';
import { WallPage } from './wall/wall-page';

const start = readStart();
const api = new Api(start);
if (start.theme) document.documentElement.dataset['theme'] = start.theme;
const place = document.getElementById('viewer');
if (place)
  render(
    start.sessionId === undefined ? (
      <WallPage api={api} />
    ) : (
      <SessionPage api={api} start={start} />
    ),
    place,
  );
