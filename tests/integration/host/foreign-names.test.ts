/** What a session API calls its sessions is no path here. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { json, sessionBody } from '../client/scripted-api';
import { startApi } from '../server/api';
import { startRun } from './started-run';

test('the frames of a session stay in the folder of the run, whatever its id', async () => {
  const browsers = await startApi();
  onTestFinished(async () => browsers.server.close());
  const { body } = await browsers.call('POST', '/sessions/start', { body: {} });
  const id = '../../../escaped';
  const { folder, place, run, acquire } = await startRun((request, response) =>
    json(
      response,
      200,
      sessionBody(id, {
        cdp_url: body['cdp_url'],
        ...(request.method === 'DELETE' && { status: 'closed' }),
      }),
    ),
  );
  const { leaseId, sessionId } = await acquire();
  const test = { title: 'a test', attempt: 'a-0', record: {} };
  await run.prepareSession({ leaseId, timeoutMs: 0, mayBeGone: false, test });
  expect(sessionId).toBe(id);
  const folders = await readdir(join(folder, 'work'));
  expect(folders).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(await readdir(place)).toEqual(['a']);
  run.release(leaseId);
  expect(await run.finish()).toMatchObject({ problems: [] });
});
