/** Smaller requests, field by field: what is filled in, the bounds, and what is refused. */
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { decodeListQuery, encodeListQuery, listQuerySchema } from '../../../src/contract/list';
import { decodeNetworkLogsQuery, networkLogsQuerySchema } from '../../../src/contract/network-logs';
import { observeRequestSchema } from '../../../src/contract/observation';
import {
  decodeProfileListQuery,
  encodeProfileListQuery,
  profileCookiesSchema,
  profileListQuerySchema,
  profileNameSchema,
} from '../../../src/contract/profiles';
import { scrapeRequestSchema } from '../../../src/contract/scrape';
import { tabQuerySchema } from '../../../src/contract/debug';
import { touchingQuerySchema } from '../../../src/contract/touching';
import { workflowQuerySchema } from '../../../src/contract/workflow-code';

const query = (text: string) => new URLSearchParams(text);
const cookie = { name: 'a', value: 'b', domain: 'x.test', path: '/', httpOnly: true };

/** A request, fields that complete it, and for each field values that are taken and that are not. */
const REQUESTS: [
  name: string,
  schema: z.ZodType,
  complete: object,
  fields: Record<string, [good: unknown[], bad: unknown[]]>,
][] = [
  [
    'a list of sessions',
    listQuerySchema,
    {},
    {
      status: [
        ['active', 'closed', 'error', 'timed_out'],
        ['ACTIVE', ''],
      ],
      only_active: [['true', 'False', '0'], ['maybe']],
      only_current_token: [['true', 'false'], ['maybe']],
      include_system: [['true', 'false'], ['maybe']],
      page: [
        ['1', '1000000'],
        ['0', '-1', '1.5', 'x'],
      ],
      page_size: [
        ['1', '100'],
        ['0', '101', 'x'],
      ],
    },
  ],
  [
    'a list of profiles',
    profileListQuerySchema,
    {},
    {
      name: [['', 'a'], []],
      page: [
        ['1', '1000000'],
        ['0', 'x'],
      ],
      page_size: [
        ['1', '100'],
        ['0', '101'],
      ],
    },
  ],
  [
    'the name of a profile',
    profileNameSchema,
    {},
    {
      name: [
        ['a', 'x'.repeat(256), null, undefined],
        ['', ' ', 'x'.repeat(257), 5],
      ],
      other: [[], [1]],
    },
  ],
  [
    'cookies of a profile',
    profileCookiesSchema,
    { cookies: [cookie] },
    {
      cookies: [
        [[], [cookie]],
        [undefined, null, [{}], [5], cookie],
      ],
      mode: [
        ['append', 'replace', null],
        ['merge', ''],
      ],
      source_format: [
        ['chrome', 'playwright', null],
        ['netscape', ''],
      ],
      other: [[], [1]],
    },
  ],
  [
    'network logs',
    networkLogsQuerySchema,
    {},
    {
      limit: [
        ['1', '1000'],
        ['0', 'x', '1.5'],
      ],
      download: [['true', '0'], ['maybe']],
    },
  ],
  [
    'workflow code',
    workflowQuerySchema,
    { as_workflow: 'true' },
    {
      as_workflow: [
        ['true', 'false'],
        ['maybe', undefined],
      ],
      infer_response_format: [['true', '0'], ['maybe']],
    },
  ],
  [
    'a tab',
    tabQuerySchema,
    {},
    {
      tab_idx: [
        ['0', '-1', '3'],
        ['1.5', 'x'],
      ],
    },
  ],
  ['a look', touchingQuerySchema, {}, { update_metadata: [['true', 'false'], ['maybe']] }],
  [
    'an observation',
    observeRequestSchema,
    {},
    {
      url: [['a', null], [5]],
      instructions: [['a', null], [5]],
      perception_type: [['fast', 'deep', null], ['slow']],
      min_nb_actions: [
        [1, '2', null],
        [1.5, 'x'],
      ],
      max_nb_actions: [
        [1, '2', null],
        [1.5, 'x'],
      ],
      other: [[], [1]],
    },
  ],
  [
    'a scraped page',
    scrapeRequestSchema,
    {},
    {
      url: [['a', null], [5]],
      selector: [['a', null], [5]],
      instructions: [['a', null], [5]],
      scrape_links: [[true, 'no', null], ['maybe']],
      scrape_images: [[true, 'no', null], ['maybe']],
      only_images: [[true, 'no', null], ['maybe']],
      only_main_content: [[true, 'no', null], ['maybe']],
      use_link_placeholders: [[true, 'no', null], ['maybe']],
      ignored_tags: [
        [[], ['nav', 'H1', 'my-tag'], null],
        [['a b'], ['<a>'], ['1a'], [''], ['a,b'], [5], 'nav'],
      ],
      response_format: [
        [{}, { type: 'object' }, null],
        ['a', []],
      ],
      json_schema: [[{ a: 1 }, null], []],
      other: [[], [1]],
    },
  ],
];

describe.each(REQUESTS)('%s', (_, schema, complete, fields) => {
  it.each(Object.entries(fields))('%s', (field, [good, bad]) => {
    for (const value of good)
      expect(schema.safeParse({ ...complete, [field]: value }).success, String(value)).toBe(true);
    for (const value of bad)
      expect(schema.safeParse({ ...complete, [field]: value }).success, String(value)).toBe(false);
  });
});

describe('what is not said', () => {
  it.each([
    [
      '',
      { onlyActive: true, onlyCurrentToken: false, includeSystem: false, page: 1, pageSize: 10 },
    ],
    ['status=active', { status: 'active', onlyActive: true }],
    ['status=closed', { status: 'closed', onlyActive: false }],
    ['status=closed&only_active=true', { status: 'closed', onlyActive: true }],
    ['only_active=false&page=3&page_size=100', { onlyActive: false, page: 3, pageSize: 100 }],
    ['only_current_token=1&include_system=1', { onlyCurrentToken: true, includeSystem: true }],
  ])('in a list of sessions, %j', (text, read) => {
    expect(decodeListQuery(query(text))).toMatchObject(read);
  });

  it('in other queries', () => {
    expect(decodeProfileListQuery(query(''))).toEqual({ name: undefined, page: 1, pageSize: 20 });
    expect(decodeProfileListQuery(query('name=a&page=2&page_size=5&x=1'))).toEqual({
      name: 'a',
      page: 2,
      pageSize: 5,
    });
    expect(decodeNetworkLogsQuery(query(''))).toEqual({ download: false });
    expect(decodeNetworkLogsQuery(query('limit=5&download=true'))).toEqual({
      limit: 5,
      download: true,
    });
    expect(workflowQuerySchema.parse({ as_workflow: 'true' })).toEqual({
      as_workflow: true,
      infer_response_format: false,
    });
    expect(tabQuerySchema.parse({})).toMatchObject({ tab_idx: 0 });
    expect(touchingQuerySchema.parse({})).toEqual({ update_metadata: true });
  });

  it('is written by the client as other clients write it', () => {
    expect(encodeListQuery({})).toBe('only_active=true&page=1&page_size=10');
    expect(encodeListQuery({ status: 'active' })).toContain('only_active=true');
    expect(encodeListQuery({ status: 'closed' })).toContain('only_active=false');
    expect(encodeListQuery({ status: 'closed', onlyActive: true })).toContain('only_active=true');
    expect(encodeListQuery({ includeSystem: true })).toContain('include_system=true');
    expect(encodeListQuery({ includeSystem: false, onlyCurrentToken: false })).toBe(
      'only_active=true&page=1&page_size=10',
    );
    expect(encodeProfileListQuery({})).toBe('page=1&page_size=20');
    expect(encodeProfileListQuery({ name: 'a b', page: 2, pageSize: 5 })).toBe(
      'page=2&page_size=5&name=a+b',
    );
  });
});

describe('cookies that others have written', () => {
  const read = (source_format: string | undefined, more: object) =>
    profileCookiesSchema.safeParse({
      cookies: [{ name: 'a', value: 'b', domain: 'x', ...more }],
      source_format,
    });

  it.each([
    ['no_restriction', 'None'],
    ['None', 'None'],
    ['lax', 'Lax'],
    ['STRICT', 'Strict'],
    ['unspecified', undefined],
  ])('have sameSite %s', (sameSite, known) => {
    expect(read('chrome', { sameSite }).data).toEqual({
      mode: 'append',
      source_format: 'chrome',
      cookies: [
        {
          name: 'a',
          value: 'b',
          domain: 'x',
          path: '/',
          httpOnly: false,
          ...(known && { sameSite: known }),
        },
      ],
    });
    const own = read(undefined, { sameSite, path: '/', httpOnly: true });
    expect(own.success).toBe(sameSite === 'None');
  });

  it('keep what they say, with times as numbers', () => {
    const more = { path: '/p', httpOnly: true, expires: '5', expirationDate: '6.5' };
    expect(read('playwright', more).data).toMatchObject({
      cookies: [{ path: '/p', httpOnly: true, expires: 5, expirationDate: 6.5 }],
    });
  });

  it('are refused with anything else', () => {
    expect(read('chrome', { sameSite: 'sometimes' }).success).toBe(false);
    expect(read('chrome', { sameSite: 5 }).success).toBe(false);
    expect(read(undefined, {}).success).toBe(false); // its path is missing
    for (const cookies of [[null], ['a'], 'a', undefined])
      expect(profileCookiesSchema.safeParse({ cookies, source_format: 'chrome' }).success).toBe(
        false,
      );
    for (const body of [null, undefined, 5, []])
      expect(profileCookiesSchema.safeParse(body).success).toBe(false);
  });
});
