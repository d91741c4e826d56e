/** The description of the API: complete, of one piece, and true to what the server answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorSchema } from '../../../src/contract/error-body';
import { operationList } from '../../../src/contract/operations';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let id: string;
let profileId: string;

beforeAll(async () => {
  api = await startApi();
  id = (await api.call('POST', '/sessions/start')).body['session_id'] as string;
  expect(await api.call('POST', `/sessions/${id}/page/screenshot`)).toMatchObject({ status: 200 }); // there is a tab now
  profileId = (await api.call('POST', '/profiles/create')).body['profile_id'] as string;
  for (const path of ['/storage/uploads/note.txt', `/storage/${id}/downloads/note.txt`]) {
    const form = new FormData();
    form.set('file', new File(['a note'], 'note.txt'));
    expect(
      (
        await fetch(api.server.url + path, {
          method: 'POST',
          body: form,
          headers: { authorization: `Bearer ${api.server.apiKey}` },
        })
      ).status,
    ).toBe(200);
  }
});
afterAll(() => api.server.close());

test('the document is made once, and names the URL of its caller', async () => {
  const url = `${api.server.url}/openapi.json`;
  const text = await (await fetch(url)).text();
  const beganMs = process.cpuUsage();
  const again = await Promise.all(
    Array.from({ length: 50 }, async () => (await fetch(url)).text()),
  );
  const { user, system } = process.cpuUsage(beganMs);
  expect(new Set(again)).toEqual(new Set([text]));
  expect((user + system) / 1000, 'CPU time of 50 callers, in ms').toBeLessThan(1_000);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([
    200,
    String(Buffer.byteLength(text)),
  ]);
  const byOtherName = await fetch(url.replace('127.0.0.1', 'localhost'));
  expect(await byOtherName.json()).toMatchObject({
    servers: [{ url: api.server.url.replace('127.0.0.1', 'localhost') }],
  });
});

test.each(operationList.map((operation) => [operation.id, operation] as const))(
  '%s has a handler',
  async (_, { method, path }) => {
    const unknown = path.replace(/\{\w+\}/g, 'unknown');
    const { status, body } = await api.call(method, unknown);
    expect(JSON.stringify(body)).not.toContain('in the session API');
    expect(status).not.toBe(500);
  },
);

describe('the document', () => {
  interface Document {
    openapi: string;
    servers: { url: string }[];
    paths: Record<
      string,
      Record<
        string,
        {
          operationId: string;
          security?: unknown[];
          parameters?: { name: string; in: string; required: boolean; schema: object }[];
          requestBody?: {
            content: Record<
              string,
              { schema: { properties: object; additionalProperties: boolean } }
            >;
          };
          responses: Record<
            string,
            { content: Record<string, { schema: { required?: string[] } }> }
          >;
        }
      >
    >;
  }
  let document: Document;

  beforeAll(async () => {
    document = (await (await fetch(`${api.server.url}/openapi.json`)).json()) as Document;
  });

  test('comes without a key, and has every call', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: api.server.url }] });
    expect(
      Object.values(document.paths)
        .flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
        .sort(),
    ).toEqual(operationList.map((operation) => operation.id).sort());
    expect(document.paths['/health']?.['get']?.security).toEqual([]);
  });

  test('names what is sent, and what must be', () => {
    const parameters =
      document.paths['/sessions/{session_id}/workflow/code']?.['get']?.parameters ?? [];
    expect(
      parameters.map((parameter) => [parameter.name, parameter.in, parameter.required]),
    ).toEqual([
      ['session_id', 'path', true],
      ['as_workflow', 'query', true],
      ['infer_response_format', 'query', false],
    ]);
    const start = document.paths['/sessions/start']?.['post'];
    expect(start?.requestBody?.content['application/json']?.schema).toMatchObject({
      additionalProperties: false,
      properties: {
        headless: { type: 'boolean' },
        max_duration_minutes: { type: 'integer', minimum: 1, maximum: 1440 },
        browser_type: { enum: ['chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'] },
      },
    });
    expect(start?.responses['200']?.content['application/json']?.schema.required).toEqual(
      expect.arrayContaining([
        'session_id',
        'status',
        'created_at',
        'last_accessed_at',
        'idle_timeout_minutes',
      ]),
    );
    expect(Object.keys(start?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '413',
      '415',
      '422',
      '429',
      '503',
    ]);
  });

  test('leads nowhere that is not in it', () => {
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(text).toContain(`"${name}":{`);
    expect(text).not.toMatch(/"\$ref":"#\/(?!components)/);
  });
});

test.each(
  operationList
    .filter(({ method }) => method === 'GET')
    .map((operation) => [operation.id, operation] as const),
)('%s answers as described', async (_, { path, response, query }) => {
  const needed = query && 'as_workflow' in query.schema.shape ? '?as_workflow=true' : '';
  const answer = await api.call(
    'GET',
    path
      .replace('{session_id}', id)
      .replace('{profile_id}', profileId)
      .replace('{filename}', 'note.txt') + needed,
  );
  const schema = answer.status === 200 && !('mediaType' in response) ? response : errorSchema;
  expect(schema.safeParse(answer.body).error).toBeUndefined();
  expect(answer.status).toBe(path.endsWith('/replay') ? 404 : 200);
});
