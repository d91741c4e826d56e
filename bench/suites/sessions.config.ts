/** The same configuration on sessions. */
import { defineConfig } from '@playwright/test';
import type { Isolation, Recording, SessionOptions } from 'sessionwright';
import { withSessions } from 'sessionwright/config';
import { read, settings } from './settings';

const transport = read('BENCH_TRANSPORT');
const exposeNetwork = read('BENCH_EXPOSE');

export default defineConfig(
  withSessions(
    {
      ...settings,
      use: {
        ...settings.use,
        recording: read('BENCH_RECORDING') as Recording,
        isolation: read('BENCH_ISOLATION') as Isolation,
      },
    },
    {
      session: {
        ...(transport !== '' && { transport }),
        ...(exposeNetwork !== '' && { exposeNetwork }),
      } as SessionOptions,
    },
  ),
);
