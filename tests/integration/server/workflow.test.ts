/** The code of a session over HTTP: while it runs and after it, with what the client makes of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import type { SessionRegistry } from '../../../src/server/sessions/registry';
import { bindOperations } from '../../../src/server/routes/bind';
import { UrlSigner } from '../../../src/server/http/signed-urls';
import { sessionHandlers } from '../../../src/server/routes/sessions';
import { openRegistry, serveRoutes, OPERATOR_STAYS } from './api';

let workDir: string;
let registry: SessionRegistry;
let http: Awaited<ReturnType<typeof serveRoutes>>;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  registry = await openRegistry(workDir, { maxSessions: 2, recordAlways: false });
  http = await serveRoutes(bindOperations(sessionHandlers(registry, new UrlSigner()), registry));
});
afterAll(async () => {
  http.close();
  await registry.close();
  await rm(workDir, { recursive: true, force: true });
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(http.url + path, { headers: { authorization: 'Bearer key' } });
  return { status: answer.status, body: await answer.json() };
}

test('what was done comes as code, while the session runs and after it', async () => {
  const client = new SessionsClient({ apiUrl: http.url, apiKey: 'key' });
  const session = await client.start();
  expect(await session.workflowCode()).toMatchObject({
    jsonActions: [],
    pythonScript: expect.stringContaining('pass') as unknown,
  });
  const { trajectory } = registry.get(session.id).ensureActive();
  trajectory.add({
    type: 'execution_result',
    value: { action: { type: 'goto', url: 'https://shop.example' }, success: true, message: '' },
  });
  trajectory.add({
    type: 'execution_result',
    value: {
      action: { type: 'goto', url: 'https://nowhere.example' },
      success: false,
      message: '',
    },
  });
  const running = await session.workflowCode({ asWorkflow: true });
  expect(running).toEqual({
    jsonActions: [{ type: 'goto', url: 'https://shop.example' }],
    pythonScript: expect.stringContaining(
      'def run():\n    with client.Session() as session:\n        session.execute(type="goto", url="https://shop.example")',
    ) as unknown,
  });
  await session.stop();
  expect(await session.workflowCode({ asWorkflow: true })).toEqual(running);
  await client.close();
});

test('what is asked wrongly is refused', async () => {
  const { id } = (await registry.start({}, OPERATOR_STAYS)).ensureActive();
  for (const query of ['as_workflow=True', 'as_workflow=false&infer_response_format=True'])
    expect(await get(`/sessions/${id}/workflow/code?${query}`), query).toMatchObject({
      status: 200,
      body: { json_actions: [] },
    });
  for (const [query, field] of [
    ['', 'as_workflow'],
    ['?as_workflow=perhaps', 'as_workflow'],
    ['?as_workflow=true&infer_response_format=x', 'infer_response_format'],
  ]) {
    expect(await get(`/sessions/${id}/workflow/code${query}`), query).toMatchObject({
      status: 422,
      body: { status: 422, detail: [{ loc: ['query', field] }] },
    });
  }
  expect(await get('/sessions/nobody/workflow/code?as_workflow=true')).toMatchObject({
    status: 404,
  });
});
