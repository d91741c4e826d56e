/** Runs the contract against our server, or, with CONTRACT_API_URL and CONTRACT_API_KEY, against any other. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { cases, type ContractCase, type Known } from './cases';

const { CONTRACT_API_URL, CONTRACT_API_KEY = '' } = process.env;

let server: SessionServer | undefined;
let api: { url: string; key: string };
const known: Known = { session: '', profile: '', url: '' };

beforeAll(async () => {
  if (CONTRACT_API_URL === undefined) server = await startSessionServer();
  api = server
    ? { url: server.url, key: server.apiKey }
    : { url: (CONTRACT_API_URL ?? '').replace(/\/$/, ''), key: CONTRACT_API_KEY };
});

afterAll(async () => {
  if (known.session !== '')
    await fetch(`${api.url}/sessions/${known.session}/stop`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${api.key}` },
    });
  await server?.close();
});

for (const it of cases) {
  test(it.title, async () => {
    const body =
      it.withinMs === undefined
        ? await ask(it)
        : await eventually(async () => ask(it), { timeout: it.withinMs, interval: 500 });
    it.keep?.(body, known);
  });
}

/** Sends the request and checks the answer. */
async function ask(it: ContractCase): Promise<Record<string, unknown>> {
  const path = typeof it.path === 'string' ? it.path : it.path(known);
  const response = await fetch(path.startsWith('http') ? path : api.url + path, {
    method: it.method,
    ...payload(it),
    headers: {
      ...(!it.open && { authorization: `Bearer ${api.key}` }),
      ...(it.body !== undefined && { 'content-type': 'application/json' }),
    },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([it.status].flat(), bytes.toString().slice(0, 500)).toContain(response.status);
  const contentType = response.headers.get('content-type') ?? '';
  if (it.contentType !== undefined) {
    expect(contentType).toContain(it.contentType);
    expect(bytes.length).toBeGreaterThan(0);
    return {};
  }
  expect(contentType).toContain('json');
  const body = JSON.parse(bytes.toString()) as Record<string, unknown>;
  if (response.status === 200) expect(Object.keys(body)).not.toContain('detail');
  expect(body).toEqual(it.answer);
  return body;
}

function payload({ body, file }: ContractCase): { body?: string | FormData } {
  if (file) {
    const form = new FormData();
    form.set('file', new Blob([file.content]), file.name);
    return { body: form };
  }
  return body === undefined
    ? {}
    : { body: JSON.stringify(typeof body === 'function' ? body(known) : body) };
}
