import { describe, expect, it } from 'vitest';

import { errorBody, errorSchema, parseErrorBody } from '../../../src/contract/error-body';

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

  it('has the shape that its description tells', () => {
    const body = errorBody(422, 'bad', { issues: [{ path: 'a.0', message: 'm' }], code: 'c' });
    const field = { loc: ['body', 'a', 0], msg: 'm', type: 'value_error' };
    expect(errorSchema.parse(body)).toEqual(body);
    expect(errorSchema.safeParse({ status: 404, message: 'm', detail: null }).success).toBe(true);
    expect(errorSchema.safeParse({ ...body, detail: [field] }).success).toBe(true);
    for (const wrong of [
      ...[{ status: 'x' }, { message: 5 }, { code: 5 }, { detail: 'd' }, { detail: [{}] }],
      ...[{ loc: [null] }, { msg: 5 }, { type: 5 }].map((it) => ({
        detail: [{ ...field, ...it }],
      })),
    ])
      expect(errorSchema.safeParse({ ...body, ...wrong }).success, JSON.stringify(wrong)).toBe(
        false,
      );
  });

  it('says where a refused value stands: in the body, the query or the path', () => {
    const issues = [
      { path: 'a', message: 'm' },
      { path: 'page_size', message: 'm', in: 'query' as const },
      { path: 'filename', message: 'm', in: 'path' as const },
    ];
    const body = errorBody(422, 'bad', { issues });
    expect(body.detail?.map(({ loc }) => loc)).toEqual([
      ['body', 'a'],
      ['query', 'page_size'],
      ['path', 'filename'],
    ]);
    expect(parseErrorBody(body).issues.map(({ path }) => path)).toEqual([
      'a',
      'page_size',
      'filename',
    ]);
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

  it('holds no more than a person reads', () => {
    const exact = 'x'.repeat(4_000);
    const issues = [{ path: '', message: `${exact}y` }];
    expect(errorBody(500, exact).message).toBe(exact);
    expect(errorBody(500, `${exact}y`, { issues })).toMatchObject({
      message: `${exact}...`,
      detail: [{ loc: ['body'], msg: `${exact}...` }],
    });
  });

  it('says nothing of a code or session that there is not', () => {
    expect(Object.keys(errorBody(500, 'a'))).toEqual(['status', 'message', 'detail']);
    const session = { id: 'a', status: 'closed' as const, endedAt: null, reason: null };
    expect(errorBody(410, 'a', { code: 'session_ended', session })).toEqual({
      status: 410,
      message: 'a',
      detail: null,
      code: 'session_ended',
      session: { session_id: 'a', status: 'closed', closed_at: null, error: null },
    });
    expect(parseErrorBody({ message: 'a' })).toEqual({
      message: 'a',
      code: undefined,
      issues: [],
      session: undefined,
    });
    expect(parseErrorBody(' a ')).toEqual({
      message: 'a',
      code: undefined,
      issues: [],
      session: undefined,
    });
  });

  it.each([
    [
      { session_id: 'a', status: 'closed' },
      { id: 'a', status: 'closed', endedAt: null, reason: null },
    ],
    [
      { session_id: 'a', status: 'closed', closed_at: 5, error: 6 },
      { id: 'a', status: 'closed', endedAt: null, reason: null },
    ],
    [{ session_id: 7, status: 'closed' }, undefined],
    [{ session_id: 'a' }, undefined],
    [{ status: 'closed' }, undefined],
    ['a', undefined],
    [null, undefined],
  ])('reads the session %j as %j', (session, expected) => {
    expect(parseErrorBody({ session }).session).toEqual(expected);
  });

  it.each([
    [
      { loc: ['body', 'a', 0, 'body'], msg: 'm' },
      { path: 'a.0.body', message: 'm' },
    ],
    [
      { loc: ['a', 'b'], msg: 'm' },
      { path: 'a.b', message: 'm' },
    ],
    [
      { loc: 'a', msg: 5 },
      { path: '', message: 'refused' },
    ],
    ['x', { path: '', message: 'refused' }],
  ])('reads the refused field %j as %j', (detail, issue) => {
    expect(parseErrorBody({ detail: [detail] }).issues).toEqual([issue]);
    expect(parseErrorBody({ detail }).issues).toEqual([]);
  });

  it.each([
    [{ error: { code: 'a' }, code: 'b' }, 'a'],
    [{ error: { code: 5 }, code: 'b' }, 'b'],
    [{ code: 5 }, undefined],
  ])('finds the code of %j', (body, code) => {
    expect(parseErrorBody(body).code).toBe(code);
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
    ['  ', undefined],
    [{ error: { message: '' }, message: 5, detail: 'd' }, 'd'],
    [5, undefined],
  ])('finds the message of %j', (body, message) => {
    expect(parseErrorBody(body).message).toBe(message);
  });
});
