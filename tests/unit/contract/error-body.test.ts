import { describe, expect, it } from 'vitest';

import { errorBody, parseErrorBody } from '../../../src/contract/error-body';

describe('error body', () => {
  it('has what each client of the API looks for', () => {
    expect(errorBody(404, 'no such session')).toEqual({
      status: 404,
      message: 'no such session',
      detail: null,
    });
    expect(
      errorBody(422, 'bad', { issues: [{ path: 'proxies.0.type', message: 'missing' }] }).detail,
    ).toEqual([{ loc: ['body', 'proxies', '0', 'type'], msg: 'missing', type: 'value_error' }]);
  });

  it('comes back as it was written', () => {
    const session = {
      id: 'a',
      status: 'timed_out' as const,
      endedAt: new Date(5_000),
      reason: 'idle',
    };
    const issues = [{ path: 'a.b', message: 'm' }];
    expect(
      parseErrorBody(
        JSON.parse(
          JSON.stringify(errorBody(410, 'gone', { issues, code: 'session_ended', session })),
        ),
      ),
    ).toEqual({ message: 'gone', code: 'session_ended', issues, session });
  });

  it.each([
    [{ error: { message: 'a', code: 'c' }, message: 'b' }, 'a'],
    [{ error: 'a', message: 'b' }, 'a'],
    [{ message: 'b', detail: 'd' }, 'b'],
    [{ detail: 'd' }, 'd'],
    [{ detail: [{ loc: ['body', 'x'], msg: 'm' }] }, 'm'],
    ['<html>Bad Gateway</html>', '<html>Bad Gateway</html>'],
    [null, undefined],
    [[], undefined],
    ['', undefined],
  ])('finds the message of %j', (body, message) => {
    expect(parseErrorBody(body).message).toBe(message);
  });
});
