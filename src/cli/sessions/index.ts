/** `sessionwright sessions`: works on the sessions of the API that the environment names. */
import { commandGroup } from '../command';
import { list } from './list';
import { cookies, open, replay, show } from './one';
import { stop } from './stop';

/** Picks the command. */
export const sessions = commandGroup(
  {
    list: { summary: 'active sessions, or all sessions', run: list },
    show: { summary: 'what the API says of one session', run: show },
    stop: { summary: 'stop sessions by id, of a run, or all active ones', run: stop },
    cookies: { summary: "print a session's cookies, or save them to a cookie file", run: cookies },
    replay: { summary: 'save the recording of an ended session as MP4', run: replay },
    open: { summary: 'open the page that shows a session live, or its replay', run: open },
  },
  {
    prefix: 'sessions ',
    about: [
      'Works on the API that SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY name: the cloud, or `sessionwright serve`.',
      '',
    ],
    more: 'sessionwright sessions <command> --help shows the options of one command. All take --json.',
  },
);
