/** What callers of the client and of the server are told of wrong values: in their own names, before anything is sent. */
import { describe, expect, it } from 'vitest';
import { encodeAction, type Action } from '../../../src/contract/actions';
import { decodeCookies, encodeCookiesToSet } from '../../../src/contract/cookies';
import { decodeTabQuery, encodeTabQuery } from '../../../src/contract/debug';
import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import { decodeListQuery, encodeListQuery, type ListOptions } from '../../../src/contract/list';
import { decodeNetworkLogsQuery, encodeNetworkLogsQuery } from '../../../src/contract/network-logs';
import { encodeObserveRequest, type ObserveOptions } from '../../../src/contract/observation';
import {
  decodeProfileListQuery,
  encodeProfileListQuery,
  type ProfileListOptions,
} from '../../../src/contract/profiles';
import { encodeScrapeRequest, type ScrapeOptions } from '../../../src/contract/scrape';
import { encodeStartRequest, type StartOptions } from '../../../src/contract/session';
import { decodeTouchingQuery, encodeTouchingQuery } from '../../../src/contract/touching';
import { decodeWorkflowQuery, encodeWorkflowQuery } from '../../../src/contract/workflow-code';
import { thrownBy } from '../thrown-by';
import { encodeCookies } from './wire';

const cookie = { name: 'a', value: 'b', domain: 'x.test', path: '/', httpOnly: true };

/** Each way to give options: what begins the message, the writer, an option, a good value, and wrong ones. */
type Row = [
  what: string,
  write: (options: never) => unknown,
  option: string,
  good: unknown,
  wrong: unknown[],
];

const WRITERS: Row[] = [
  [
    'Cannot list sessions with these options',
    (it: ListOptions) => encodeListQuery(it),
    'pageSize',
    5,
    ['5', 0, true],
  ],
  [
    'Cannot list sessions with these options',
    (it: ListOptions) => encodeListQuery(it),
    'onlyActive',
    true,
    ['true', 1],
  ],
  [
    'Cannot list profiles with these options',
    (it: ProfileListOptions) => encodeProfileListQuery(it),
    'pageSize',
    5,
    ['5', 101],
  ],
  [
    'Cannot make this call with these options',
    (it: object) => encodeTouchingQuery(it),
    'updateMetadata',
    false,
    ['false', 0, null],
  ],
  [
    'Cannot observe a page with these options',
    (it: ObserveOptions) => encodeObserveRequest(it),
    'minNbActions',
    3,
    ['3', 1.5],
  ],
  [
    'Cannot scrape a page with these options',
    (it: ScrapeOptions) => encodeScrapeRequest(it),
    'scrapeLinks',
    true,
    ['yes', 1],
  ],
  [
    'Cannot start a session with these options',
    (it: StartOptions) => encodeStartRequest(it),
    'proxies',
    true,
    ['true'],
  ],
  [
    'Cannot start a session with these options',
    (it: StartOptions) => encodeStartRequest(it),
    'maxDuration',
    180_000,
    ['180000', 3],
  ],
];

describe('options', () => {
  it.each(WRITERS)('%s (%#)', (what, write, option, good, wrong) => {
    const given = (options: unknown) => thrownBy(() => write(options as never));
    expect(given({ [option]: good })).toBeUndefined();
    for (const value of wrong) {
      const error = given({ [option]: value });
      expect(error, String(value)).toBeInstanceOf(OptionsError);
      expect(error).toMatchObject({ code: 'invalid_options', path: option });
      expect((error as Error).message).toContain(`${what}: ${option}: `);
    }
    const misspelled = given({ [`${option}s`]: good });
    expect(misspelled).toMatchObject({
      path: `${option}s`,
      message: `${what}: ${option}s: unknown field; did you mean "${option}"?`,
    });
    const foreign = option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (foreign !== option && option !== 'maxDuration')
      expect(given({ [foreign]: good, other_one: 1 })).toMatchObject({
        path: foreign,
        message: `${what}: ${foreign}: unknown field; did you mean "${option}"?; other_one: unknown field; did you mean "otherOne"?`,
      });
  });

  it.each([
    [null, 'null'],
    [[], 'a list'],
    ['x', 'a string'],
    [5, 'a number'],
    [() => 1, 'a function'],
  ])('are an object, not %j', (given, kind) => {
    const message = `expected an object, got ${kind}`;
    expect(thrownBy(() => encodeStartRequest(given as object))).toMatchObject({
      path: '',
      message: expect.stringContaining('Cannot start a session with these options: ') as string,
    });
    expect(thrownBy(() => encodeAction(given as unknown as Action))).toMatchObject({
      path: '',
      message: `Cannot execute this action: ${message}`,
    });
  });

  it('are told with what was given, where it is no secret', () => {
    const list = thrownBy(() => encodeListQuery({ pageSize: 101 }));
    expect((list as Error).message).toMatch(/: pageSize: Too big: .*, got 101$/);
    const page = thrownBy(() => decodeListQuery(new URLSearchParams('page=0')));
    expect((page as Error).message).toMatch(/: page: Too small: .*, got 0$/);
  });

  it('that go over no wire are checked by their own names', () => {
    const viewport = { width: 1, height: 1, heigth: 1 };
    expect(thrownBy(() => encodeStartRequest({ viewport }))).toMatchObject({
      path: 'viewport.heigth',
      message:
        'Cannot start a session with these options: viewport.heigth: unknown field; did you mean "height"?',
    });
    expect(thrownBy(() => encodeStartRequest({ viewport: 5 as never }))).toMatchObject({
      path: 'viewport',
    });
  });

  it('further down are told with the nearest name', () => {
    const options = {
      profile: { id: 'a', persit: true },
      proxies: [{ type: 'external', server: 'a', usernam: 'b' }],
    };
    expect((thrownBy(() => encodeStartRequest(options as never)) as Error).message).toContain(
      'profile.persit: unknown field; did you mean "persist"?',
    );
  });
});

describe('cookies', () => {
  it('are checked by the names that they have everywhere, with no other spelling', () => {
    expect(encodeCookiesToSet({ cookies: [cookie] })).toEqual({
      cookies: [{ ...cookie, expires: -1, expirationDate: -1 }],
    });
    for (const [wrong, path] of [
      [{ httpOnly: 'yes' }, 'cookies.1.httpOnly'],
      [{ expires: '5' }, 'cookies.1.expires'],
      [{ secure: 1 }, 'cookies.1.secure'],
      [{ path: undefined }, 'cookies.1.path'],
    ] as const) {
      const cookies = [cookie, { ...cookie, ...wrong }] as (typeof cookie)[];
      const error = thrownBy(() => encodeCookiesToSet({ cookies }));
      expect(error).toBeInstanceOf(OptionsError);
      expect(error).toMatchObject({ path });
      expect((error as Error).message).toMatch(`Could not set cookies: ${path}: Invalid input`);
    }
    expect(thrownBy(() => encodeCookiesToSet({ cookies: [], cookie: 1 } as never))).toMatchObject({
      message: 'Could not set cookies: cookie: unknown field; did you mean "cookies"?',
    });
  });

  it('are read by the server in any spelling, or refused', () => {
    const sent = { cookies: [{ ...cookie, httpOnly: 'True', expires: '5' }] };
    expect(decodeCookies(sent)).toEqual({ cookies: [{ ...cookie, expires: 5 }] });
    expect(encodeCookies({ cookies: [cookie] })).toEqual({ cookies: [cookie] });
    const error = thrownBy(() => decodeCookies({ cookies: [{ ...cookie, path: 5 }] }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/^Invalid cookies: cookies\.0\.path: Invalid input/);
    expect(thrownBy(() => decodeCookies({}))).toMatchObject({ issues: [{ path: 'cookies' }] });
  });
});

describe('queries', () => {
  it.each<[read: (query: URLSearchParams) => unknown, text: string, path: string]>([
    [decodeListQuery, 'page=0', 'page'],
    [decodeProfileListQuery, 'page_size=0', 'page_size'],
    [decodeNetworkLogsQuery, 'limit=x', 'limit'],
    [decodeTabQuery, 'tab_idx=x', 'tab_idx'],
    [decodeTouchingQuery, 'update_metadata=maybe', 'update_metadata'],
    [decodeWorkflowQuery, '', 'as_workflow'],
  ])('%s refuses %j', (read, text, path) => {
    const error = thrownBy(() => read(new URLSearchParams(text)));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ status: 422, issues: [{ path, in: 'query' }] });
    expect((error as Error).message).toMatch(`Invalid request: ${path}: `);
  });

  it('are written as they are read', () => {
    const read = (text: string) => new URLSearchParams(text);
    expect(encodeTouchingQuery()).toBe('');
    expect(encodeTouchingQuery({})).toBe('');
    expect(encodeTouchingQuery({ updateMetadata: false })).toBe('update_metadata=false');
    expect(decodeTouchingQuery(read('update_metadata=false'))).toEqual({ updateMetadata: false });
    expect(decodeTouchingQuery(read(''))).toEqual({ updateMetadata: true });
    expect(encodeTabQuery({})).toBe('tab_idx=0');
    expect(encodeTabQuery({ index: -1 })).toBe('tab_idx=-1');
    expect(decodeTabQuery(read('tab_idx=-1&update_metadata=0'))).toEqual({
      index: -1,
      updateMetadata: false,
    });
    expect(encodeNetworkLogsQuery({ limit: 5, download: true })).toBe('limit=5&download=true');
    expect(encodeWorkflowQuery({ asWorkflow: false })).toBe('as_workflow=false');
    expect(decodeWorkflowQuery(read('as_workflow=1&infer_response_format=1'))).toEqual({
      asWorkflow: true,
    });
  });
});
