import { describe, expect, it } from 'vitest';

import {
  cookieSchema,
  fromPlaywrightCookie,
  normalizeCookie,
  toPlaywrightCookie,
} from '../../../src/contract/cookies';

const minimal = { name: 'a', value: 'b', domain: '.x.test', path: '/', httpOnly: true };

describe('cookie schema', () => {
  it('needs five fields, and takes null for the others', () => {
    expect(cookieSchema.parse(minimal)).toEqual(minimal);
    expect(
      cookieSchema.parse({
        ...minimal,
        secure: null,
        sameSite: null,
        expires: null,
        partitionKey: null,
      }),
    ).toEqual(minimal);
  });

  it('ignores unknown keys', () => {
    expect(cookieSchema.parse({ ...minimal, id: 7 })).toEqual(minimal);
  });

  it('takes sameSite in its exact case only', () => {
    expect(cookieSchema.safeParse({ ...minimal, sameSite: 'Lax' }).success).toBe(true);
    for (const sameSite of ['lax', 'no_restriction', 'unspecified'])
      expect(cookieSchema.safeParse({ ...minimal, sameSite }).success).toBe(false);
  });

  it.each(['name', 'value', 'domain', 'path', 'httpOnly'])(
    'refuses a cookie without %s',
    (field) => {
      expect(cookieSchema.safeParse({ ...minimal, [field]: undefined }).success).toBe(false);
    },
  );
});

describe('expiry', () => {
  it('is copied to the field that is missing', () => {
    expect(normalizeCookie({ ...minimal, expires: 5 })).toMatchObject({
      expires: 5,
      expirationDate: 5,
    });
    expect(normalizeCookie({ ...minimal, expirationDate: 6.5 })).toMatchObject({
      expires: 6.5,
      expirationDate: 6.5,
    });
  });

  it('stays as it is when both are given', () => {
    expect(normalizeCookie({ ...minimal, expires: 5, expirationDate: 6 })).toMatchObject({
      expires: 5,
      expirationDate: 6,
    });
  });

  it('is -1 for a session cookie', () => {
    expect(normalizeCookie(minimal)).toMatchObject({ expires: -1, expirationDate: -1 });
  });
});

describe('cookies of Playwright', () => {
  const browserCookie = {
    name: 'a',
    value: 'b',
    domain: 'x.test',
    path: '/',
    httpOnly: false,
    secure: true,
    sameSite: 'None' as const,
    expires: 1_900_000_000.5,
    partitionKey: 'https://top.test',
  };

  it('come back as they were', () => {
    expect(toPlaywrightCookie(fromPlaywrightCookie(browserCookie))).toEqual(browserCookie);
  });

  it('get both expiry fields, and are known as host-only or not', () => {
    expect(fromPlaywrightCookie(browserCookie)).toMatchObject({
      expires: 1_900_000_000.5,
      expirationDate: 1_900_000_000.5,
      hostOnly: true,
      session: false,
    });
    expect(
      fromPlaywrightCookie({ ...browserCookie, domain: '.x.test', expires: -1 }),
    ).toMatchObject({ expires: -1, hostOnly: false, session: true });
  });

  it('hold only what Playwright accepts', () => {
    expect(toPlaywrightCookie({ ...minimal, expires: 1e15 }).expires).toBe(253_402_300_799); // Playwright refuses a later one
    expect(
      toPlaywrightCookie({ ...minimal, hostOnly: true, session: true, storeId: '0', expires: 0 }),
    ).toEqual({ ...minimal, secure: false, expires: -1 });
  });
});
