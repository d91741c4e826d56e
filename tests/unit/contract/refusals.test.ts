/** Errors that a server throws: the class, code and status that its answer, and in the end a caller, gets. */
import { expect, test } from 'vitest';
import {
  ApiError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  RateLimitError,
} from '../../../src/contract/errors';
import {
  badRequest,
  cloudOnly,
  notFound,
  refused,
  tooMany,
  unavailable,
} from '../../../src/contract/refusals';

const issues = [
  { path: 'a.b', message: 'is wrong' },
  { path: 'c', message: 'is missing' },
];

test.each([
  [badRequest(415, 'unsupported_body', 'm'), ApiError, { code: 'unsupported_body', status: 415 }],
  [notFound('m'), NotFoundError, { code: 'not_found', status: 404 }],
  [cloudOnly('m'), ApiError, { code: 'cloud_only', status: 501 }],
  [tooMany('m', 5), RateLimitError, { code: 'rate_limited', status: 429, retryAfter: 5 }],
  [unavailable('m'), OverloadedError, { code: 'overloaded', status: 503 }],
])('%s', (error, kind, fields) => {
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ message: 'm', method: '', path: '', ...fields });
});

test('refused fields are told one by one, and in the message', () => {
  const error = refused('Invalid action', issues);
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toMatchObject({
    code: 'invalid_request',
    status: 422,
    method: '',
    path: '',
    issues,
    message: 'Invalid action: a.b: is wrong; c: is missing',
  });
});
