/** The OpenAPI 3.1 description of the session API, made from the table of operations and their schemas. */
import { STATUS_CODES } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { version } from '../../../package.json';
import { errorSchema } from '../../contract/error-body';
import { operationList, type Operation } from '../../contract/operations';

/** The contract's name for the key in the `Authorization` header. */
const KEY_SCHEME = 'OAuth2PasswordBearer';

type Json = Record<string, unknown>;
type Description = Json & { openapi: string };

/** A form with one file. */
const FILE_FORM = {
  type: 'object',
  properties: { file: { type: 'string', format: 'binary' } },
  required: ['file'],
};

let made: Promise<Description> | undefined;

/** The OpenAPI description of a server at this URL. The first call makes it. */
export async function describeApi(baseUrl: string): Promise<Description> {
  made ??= makeDescription();
  return { ...(await made), servers: [{ url: baseUrl }] };
}

async function makeDescription(): Promise<Description> {
  const paths: Record<string, Json> = {};
  for (const operation of operationList) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
    await setImmediate(); // all of them take 150 ms: lets other requests in between
  }
  return {
    openapi: '3.1.0',
    info: { title: 'sessionwright session API', version },
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

/** The failures follow from what an operation takes. */
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
  const content =
    'mediaType' in response
      ? { [response.mediaType]: { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: schemaOf(response) } };
  return { description: 'Done', content };
}

function failure(status: number): Json {
  return {
    description: STATUS_CODES[status] ?? '',
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

/** The wire form, which is the input of the schemas. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json;
}
