/** The description of the session API in OpenAPI 3.1, made from the table of its calls and their schemas. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { version } from '../../../package.json';
import { errorSchema } from '../../contract/error-body';
import { operationList, type Operation } from '../../contract/operations';
import { PreparedJson } from './http-router';

/** What the contract calls the key in the `Authorization` header. */
const KEY_SCHEME = 'OAuth2PasswordBearer';

type Json = Record<string, unknown>;

/** Stands for the server's URL until there is a caller. */
const URL_MARK = 'https://server.invalid';

/** A form with one file. */
const FILE_FORM = {
  type: 'object',
  properties: { file: { type: 'string', format: 'binary' } },
  required: ['file'],
};

let template: Promise<string> | undefined;

/** The description, for a server at this URL. The first call makes it; all others take less than a millisecond. */
export async function openapiFile(baseUrl: string): Promise<PreparedJson> {
  template ??= openapiDocument().then((document) => JSON.stringify(document));
  const text = (await template).replace(JSON.stringify(URL_MARK), () => JSON.stringify(baseUrl));
  const etag = createHash('sha256').update(text).digest('base64url');
  return new PreparedJson(Buffer.from(text), `"${etag}"`);
}

async function openapiDocument(): Promise<Json> {
  const paths: Record<string, Json> = {};
  for (const operation of operationList) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
    await setImmediate(); // all of them take 150 ms: others are answered in between
  }
  return {
    openapi: '3.1.0',
    info: { title: 'sessionwright session API', version },
    servers: [{ url: URL_MARK }],
    security: [{ [KEY_SCHEME]: [] }],
    paths,
    components: {
      securitySchemes: { [KEY_SCHEME]: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(errorSchema) },
    },
  };
}

function describe(operation: (typeof operationList)[number]): Json {
  const { id, summary, open, path, query, request, multipart, response } = operation;
  const parameters = [...pathParameters(path), ...queryParameters(query?.schema)];
  return {
    operationId: id,
    summary,
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(request && {
      requestBody: { content: { 'application/json': { schema: schemaOf(request.schema) } } },
    }),
    ...(multipart && {
      requestBody: { content: { 'multipart/form-data': { schema: FILE_FORM } } },
    }),
    responses: {
      200: success(response),
      ...Object.fromEntries(failuresOf(operation).map((status) => [status, failure(status)])),
    },
  };
}

/** What can go wrong follows from what a call takes. */
function failuresOf(operation: Operation): number[] {
  const { open, path, query, request, running, failures = [] } = operation;
  const statuses = [...failures];
  if (!open) statuses.push(401, 403);
  if (path.includes('{')) statuses.push(404);
  if (running) statuses.push(410);
  if (query ?? request ?? path.includes('{filename}')) statuses.push(422);
  if (request) statuses.push(400, 413, 415);
  return statuses.sort((a, b) => a - b);
}

function success(response: Operation['response']): Json {
  if (!('mediaType' in response))
    return {
      description: 'Done',
      content: { 'application/json': { schema: schemaOf(response) } },
    };
  return {
    description: 'Done',
    content: { [response.mediaType]: { schema: { type: 'string', format: 'binary' } } },
  };
}

const FAILURES: Record<number, string> = {
  400: 'The body is not JSON',
  401: 'The key is missing or wrong',
  403: 'The request comes from a web page of somebody else',
  404: 'There is no such thing',
  410: 'The session has ended',
  413: 'The body is too long',
  415: 'The body is of another type',
  422: 'A value is refused; `detail` names it',
  429: 'There is no room now; `Retry-After` says when to try again',
  503: 'The server is closing',
};

function failure(status: number): Json {
  return {
    description: FAILURES[status] ?? 'It failed',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** As it goes over the wire, which is what schemas take in. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json;
}
