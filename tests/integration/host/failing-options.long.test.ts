/** A browser that does not start with some options says nothing of those with others, nor of the API. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isSessionwrightError } from '../../../src/contract/errors';
import { Sources } from '../../../src/host/sources';
import { eventually } from '../../eventually';
import { json, KEY, listBody, sessionBody, startScriptedApi } from '../client/scripted-api';

test(
  'starts that fail with the options of one project keep nobody from those with others',
  { timeout: 180_000 },
  async () => {
    const api = await startScriptedApi(({ method, url, body }, response) => {
      if (method === 'DELETE') return json(response, 200, sessionBody('one', { status: 'closed' }));
      if (url !== '/sessions/start') return json(response, 200, listBody());
      const { headless } = body as { headless: boolean };
      return headless
        ? json(response, 500, { status: 500, message: 'the browser did not start' })
        : json(response, 200, sessionBody('one'));
    });
    const folder = await mkdtemp(join(tmpdir(), 'sw-options-'));
    const told: string[] = [];
    const sources = new Sources(folder, ({ reason }) => told.push(reason));
    onTestFinished(async () => {
      await sources.close();
      await api.close();
      await rm(folder, { recursive: true });
    });
    const at = { apiUrl: api.url, apiKey: KEY };
    const source = await sources.for(at, {});
    const watch = { onFull: () => undefined, signal: new AbortController().signal };
    const start = async (headless: boolean): Promise<string> =>
      source.open({ parallelIndex: 0, options: { ...at, headless }, browser: {} }, watch).then(
        ({ session }) => session.id,
        (error: unknown) => (isSessionwrightError(error) ? error.code : String(error)),
      );
    expect(await start(true)).toBe('server_error');
    await eventually(async () => expect(await start(true)).toBe('api_down'), { timeout: 120_000 });
    expect(await start(false)).toBe('one');
    expect(told.filter((reason) => reason.includes('is down'))).toHaveLength(1);
  },
);
