/** What the client of the host warns of reaches the user: by the summary of the run, since nobody reads what a host prints. */
import { expect, it } from 'vitest';
import { json, listBody, sessionBody } from '../client/scripted-api';
import { startRun } from './started-run';

it('a start without a clear answer is told in the summary, with the sessions that it may have left', async () => {
  const { run, acquire } = await startRun((request, response) => {
    if (request.method === 'GET') return json(response, 200, listBody(sessionBody('left-behind')));
    return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works</h1>');
  });
  await expect(acquire()).rejects.toThrow('is not JSON');
  const { failedStarts, problems } = await run.finish();
  expect(failedStarts).toBe(1);
  expect(problems.map(({ reason }) => reason)).toEqual([expect.stringContaining('left-behind')]);
});
