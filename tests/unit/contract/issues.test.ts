/** What a refused value is told: where, what is allowed, what it was, the nearest name; never a secret, and never more than a person reads. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues, formatIssues, type NameOf } from '../../../src/contract/issues';
import { toCamelCase } from '../../../src/contract/naming';

const issuesOf = (
  schema: z.ZodType,
  value: unknown,
  { known = [], nameOf }: { known?: string[]; nameOf?: NameOf } = {},
) => {
  const { error } = schema.safeParse(value, { reportInput: true });
  return describeIssues(error?.issues ?? [], known, nameOf);
};

describe('an issue', () => {
  it('names the field, and shows numbers, flags and wrong words', () => {
    const schema = z.strictObject({
      minutes: z.int().max(30),
      type: z.enum(['chrome', 'chromium']),
      headless: z.boolean(),
    });
    expect(issuesOf(schema, { minutes: 31, type: 'crome', headless: 'yes' })).toEqual([
      { path: 'minutes', message: 'Too big: expected number to be <=30, got 31' },
      {
        path: 'type',
        message:
          'Invalid option: expected one of "chrome"|"chromium", got "crome"; did you mean "chrome"?',
      },
      { path: 'headless', message: 'Invalid input: expected boolean, received string' },
    ]);
    expect(issuesOf(z.string(), true)).toEqual([
      { path: '', message: 'Invalid input: expected string, received boolean' },
    ]);
  });

  it('says what is wrong with a name that a record must not have', () => {
    const schema = z.record(z.string().regex(/^\w+$/, 'must be a word'), z.string());
    expect(issuesOf(schema, { 'a b': 'hunter2' })).toEqual([
      { path: 'a b', message: 'must be a word' },
    ]);
  });

  it('shows no text and no object where any text is allowed: it may be a secret', () => {
    const schema = z.object({ key: z.string().max(3), port: z.number(), kind: z.enum(['a']) });
    const told = issuesOf(schema, { key: 'hunter2', port: 'hunter2', kind: { is: 'hunter2' } });
    expect(told).toHaveLength(3);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('shows the first 40 letters of a wrong word', () => {
    const [issue] = issuesOf(z.enum(['a']), 'x'.repeat(100));
    expect(issue?.message).toContain(`, got "${'x'.repeat(40)}"`);
  });

  it('shows names as their reader writes them, and long ones in part', () => {
    const schema = z.object({
      idle_minutes: z.int(),
      list: z.array(z.object({ the_id: z.string() })),
      ['x'.repeat(60)]: z.string(),
      ['y'.repeat(61)]: z.string(),
    });
    const issues = issuesOf(schema, { list: [{ the_id: 'a' }, {}] }, { nameOf: toCamelCase });
    expect(issues.map(({ path }) => path)).toEqual([
      'idleMinutes',
      'list.1.theId',
      'x'.repeat(60),
      `${'y'.repeat(60)}...`,
    ]);
    expect(issuesOf(schema, {})[0]?.path).toBe('idle_minutes');
  });
});

describe('an unknown field', () => {
  const schema = z.strictObject({ headless: z.boolean().optional(), deep: z.strictObject({}) });
  const known = ['headless', 'idle_timeout_minutes'];

  it('is told with the nearest name, in the names of its reader', () => {
    const value = { headles: 1, idleTimeoutMinute: 1, zzz: 1, deep: {} };
    expect(issuesOf(schema, value, { known, nameOf: toCamelCase })).toEqual([
      { path: 'headles', message: 'unknown field; did you mean "headless"?' },
      { path: 'idleTimeoutMinute', message: 'unknown field; did you mean "idleTimeoutMinutes"?' },
      { path: 'zzz', message: 'unknown field' },
    ]);
    expect(issuesOf(schema, { idle_timeout: 1, deep: {} }, { known })).toEqual([
      { path: 'idle_timeout', message: 'unknown field; did you mean "idle_timeout_minutes"?' },
    ]);
  });

  it('further down gets no name of the top', () => {
    expect(issuesOf(schema, { deep: { headles: 1 } }, { known })).toEqual([
      { path: 'deep.headles', message: 'unknown field' },
    ]);
  });
});

describe('a value that fits none of several forms', () => {
  const form = z.union([
    z.boolean(),
    z.array(z.object({ type: z.literal('external'), server: z.string() })),
  ]);

  it('is told what the form lacks that it comes closest to', () => {
    const schema = z.object({ proxies: form });
    expect(issuesOf(schema, { proxies: [{ type: 'external' }] })).toEqual([
      {
        path: 'proxies.0.server',
        message: 'Invalid input: expected string, received undefined',
      },
    ]);
  });

  it('is told as a whole when it comes close to none', () => {
    expect(issuesOf(z.object({ proxies: form }), { proxies: 'x' })).toEqual([
      { path: 'proxies', message: 'Invalid input' },
    ]);
  });
});

describe('many issues', () => {
  it('are told up to twenty', () => {
    const items = Array.from({ length: 50 }, () => 1);
    expect(issuesOf(z.array(z.string()), items).map(({ path }) => path)).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
    const names = Object.fromEntries(items.map((it, index) => [`field${index}`, it]));
    expect(issuesOf(z.strictObject({}), names)).toHaveLength(20);
    expect(issuesOf(z.array(z.strictObject({})), [names, names])).toHaveLength(20);
    expect(issuesOf(z.union([z.boolean(), z.array(z.string())]), items)).toHaveLength(20);
  });

  it('are in one line', () => {
    expect(
      formatIssues([
        { path: 'a.b', message: 'is wrong' },
        { path: '', message: 'is empty' },
      ]),
    ).toBe('a.b: is wrong; is empty');
  });
});
