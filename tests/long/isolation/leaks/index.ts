/**
 * What a test can leave behind by Playwright's API, call by call: one function leaves it, the other fails where something of it is
 * still there. With plain Playwright nothing ever is.
 */
import { emulationLeaks } from './emulation';
import type { Leak } from './leak';
import { listenerLeaks } from './listeners';
import { pageLeaks } from './pages';
import { recordingLeaks } from './recordings';
import { routeLeaks } from './routes';
import { scriptLeaks } from './scripts';
import { stateLeaks } from './state';
import { timeLeaks } from './time';

export const leaks: Leak[] = [
  ...listenerLeaks,
  ...scriptLeaks,
  ...routeLeaks,
  ...timeLeaks,
  ...emulationLeaks,
  ...stateLeaks,
  ...pageLeaks,
  ...recordingLeaks,
];
