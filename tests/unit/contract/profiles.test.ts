/** Profiles: their names and their cookies, as the client sends them and the server reads them. */
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import {
  decodeProfileCookies,
  decodeProfileName,
  encodeProfileCookies,
  encodeProfileName,
  profileCookiesSetSchema,
  profileDeletedSchema,
} from '../../../src/contract/profiles';
import { thrownBy } from '../thrown-by';
import { encodeProfileCookiesSet, encodeProfileDeleted } from './wire';

const cookie = { name: 'a', value: 'b', domain: 'x.test', path: '/', httpOnly: true };
const chrome = { name: 'a', value: 'b', domain: 'x.test', sameSite: 'no_restriction' };

describe('the name of a profile', () => {
  it('may be missing, and has no spaces around it', () => {
    for (const body of [{}, { name: null }])
      expect(decodeProfileName(body)).toEqual({ name: null });
    expect(decodeProfileName({ name: ' Ada ' })).toEqual({ name: 'Ada' });
    expect(encodeProfileName()).toEqual({});
    expect(encodeProfileName({ name: undefined })).toEqual({});
    expect(encodeProfileName({ name: 'Ada' })).toEqual({ name: 'Ada' });
  });

  it('is refused on both sides', () => {
    const error = thrownBy(() => decodeProfileName({ name: ' ' }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/^Invalid profile: name: Too small/);
    const refused = thrownBy(() => encodeProfileName({ name: 'x'.repeat(257) }));
    expect(refused).toBeInstanceOf(OptionsError);
    expect((refused as Error).message).toMatch(
      /^Cannot make a profile with these options: name: Too big/,
    );
  });
});

describe('cookies of a profile', () => {
  it('are complete when the client sends them', () => {
    const sent = { ...cookie, expires: -1, expirationDate: -1 };
    expect(encodeProfileCookies({ cookies: [cookie] })).toEqual({
      cookies: [sent],
      mode: 'append',
    });
    expect(encodeProfileCookies({ cookies: [], mode: 'replace' })).toEqual({
      cookies: [],
      mode: 'replace',
    });
    expect(decodeProfileCookies({ cookies: [sent], mode: 'replace' })).toMatchObject({
      cookies: [sent],
      mode: 'replace',
    });
  });

  it('of another source are sent as they are, and read by the server', () => {
    const wire = encodeProfileCookies({ cookies: [chrome], sourceFormat: 'chrome' });
    expect(wire).toEqual({ cookies: [chrome], mode: 'append', source_format: 'chrome' });
    expect(decodeProfileCookies(wire)).toMatchObject({
      cookies: [{ ...cookie, httpOnly: false, sameSite: 'None' }],
      mode: 'append',
    });
  });

  it.each<[given: object, path: string, message: RegExp]>([
    [{ cookies: [chrome] }, 'cookies.0.path', /Invalid input/],
    [{ cookies: [{ ...cookie, expires: '5' }] }, 'cookies.0.expires', /Invalid input/],
    [{ cookies: 5 }, 'cookies', /Invalid input/],
    [{ cookies: 5, sourceFormat: 'chrome' }, 'cookies', /Invalid input/],
    [{ cookies: [], mode: 'merge' }, 'mode', /Invalid option/],
    [{ cookies: [], sourceFormat: 'netscape' }, 'sourceFormat', /Invalid option/],
    [{ cookies: [], source_format: 'chrome' }, 'source_format', /mean "sourceFormat"/],
    [{ cookies: [], mod: 'append' }, 'mod', /mean "mode"/],
  ])('are refused before they are sent: %j', (given, path, message) => {
    const error = thrownBy(() => encodeProfileCookies(given as never));
    expect(error).toBeInstanceOf(OptionsError);
    expect(error).toMatchObject({ path });
    expect((error as Error).message).toMatch(/^Cannot set cookies of a profile: /);
    expect((error as Error).message).toMatch(message);
  });

  it('are refused by the server by name', () => {
    const error = thrownBy(() => decodeProfileCookies({ cookies: [{}] }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/^Invalid cookies: cookies\.0\.name: /);
    expect(thrownBy(() => decodeProfileCookies({ cookies: [], mod: 'append' }))).toMatchObject({
      message: 'Invalid cookies: mod: unknown field; did you mean "mode"?',
    });
  });
});

it('answers go over the wire', () => {
  const set = encodeProfileCookiesSet({ success: true, message: 'm', mode: 'append', count: 3 });
  expect(set).toEqual({ success: true, message: 'm', mode: 'append', cookies_count: 3 });
  expect(profileCookiesSetSchema.parse(set)).toMatchObject({ message: 'm', count: 3 });
  const deleted = { success: true, message: 'm' };
  expect(encodeProfileDeleted(deleted)).toEqual(deleted);
  expect(profileDeletedSchema.parse(deleted)).toEqual(deleted);
  expect(profileDeletedSchema.parse({ success: null })).toEqual({ success: null });
  for (const wrong of [{ success: 'yes' }, { message: 5 }])
    expect(profileDeletedSchema.safeParse(wrong).success).toBe(false);
});
