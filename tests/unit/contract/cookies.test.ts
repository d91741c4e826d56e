import { describe, expect, it } from 'vitest';

import {
  cookieSchema,
  encodeCookiesToSet,
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

  it('takes each other field as it is, in any spelling of a flag or a number', () => {
    const full = {
      ...minimal,
      secure: true,
      hostOnly: false,
      session: false,
      sameSite: 'None',
      expires: 5,
      expirationDate: 5.5,
      storeId: '0',
      partitionKey: 'https://top.test',
      hasCrossSiteAncestor: false,
    };
    expect(cookieSchema.parse(full)).toEqual(full);
    const spelled = {
      secure: 'True',
      hostOnly: 0,
      session: 'no',
      expires: '5',
      expirationDate: '5.5',
    };
    expect(cookieSchema.parse({ ...full, httpOnly: 'yes', ...spelled })).toEqual(full);
    for (const field of Object.keys(full))
      expect(cookieSchema.safeParse({ ...full, [field]: {} }).success, field).toBe(false);
  });

  it('keeps what other APIs do not know off the wire, unless it says something', () => {
    const wire = (cookie: object): object[] =>
      encodeCookiesToSet({ cookies: [{ ...minimal, ...cookie }] }).cookies;
    const partition = { partitionKey: 'https://top.test' };
    expect(wire({ ...partition, hasCrossSiteAncestor: true })).toEqual(wire(partition));
    const own = wire({ ...partition, hasCrossSiteAncestor: false });
    expect(own).toMatchObject([{ ...partition, hasCrossSiteAncestor: false }]);
    expect(wire({ ...partition, _crHasCrossSiteAncestor: false })).toEqual(own); // Playwright's name
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
    _crHasCrossSiteAncestor: false,
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

  it('have the expiry that either field tells, and none at 0', () => {
    expect(toPlaywrightCookie({ ...minimal, expirationDate: 7 }).expires).toBe(7);
    expect(toPlaywrightCookie({ ...minimal, expires: 6, expirationDate: 7 }).expires).toBe(6);
    expect(toPlaywrightCookie({ ...minimal, expires: -5 }).expires).toBe(-1);
    expect(toPlaywrightCookie(minimal)).toEqual({ ...minimal, secure: false, expires: -1 });
    expect(fromPlaywrightCookie({ ...browserCookie, expires: 0 }).session).toBe(true);
  });

  it('say nothing of a rule or partition that they have not', () => {
    const { sameSite, partitionKey, _crHasCrossSiteAncestor, ...plain } = browserCookie;
    expect(fromPlaywrightCookie(plain)).toEqual({
      ...plain,
      hostOnly: true,
      session: false,
      expirationDate: plain.expires,
    });
    expect(Object.keys(toPlaywrightCookie(plain))).not.toContain('partitionKey');
    expect(Object.keys(fromPlaywrightCookie(plain))).not.toContain('partitionKey');
    expect(Object.keys(fromPlaywrightCookie(plain))).not.toContain('sameSite');
  });

  it('hold only what Playwright accepts', () => {
    expect(toPlaywrightCookie({ ...minimal, expires: 1e15 }).expires).toBe(253_402_300_799); // Playwright refuses a later one
    expect(
      toPlaywrightCookie({ ...minimal, hostOnly: true, session: true, storeId: '0', expires: 0 }),
    ).toEqual({ ...minimal, secure: false, expires: -1 });
  });
});
