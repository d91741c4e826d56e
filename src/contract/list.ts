/** List of sessions: query and answer. */
import * as z from 'zod';

import { camelize } from './naming';
import { readQuery, toWire } from './checks';
import { sessionSchema, sessionStatuses, type SessionInfo, type SessionStatus } from './session';
import { looseBoolean, positiveInteger } from './values';
import { pageOf, type Page } from './wire';

/** Query of a list of sessions. */
export interface ListOptions {
  /** Only sessions with this status. */
  status?: SessionStatus | undefined;
  /** Only active sessions. A `status` other than `active` turns it off. @default true */
  onlyActive?: boolean | undefined;
  /** Only sessions of this key. @default false */
  onlyCurrentToken?: boolean | undefined;
  /** Include sessions that the API started for its own purposes. @default false */
  includeSystem?: boolean | undefined;
  /** Page number, from 1. @default 1 */
  page?: number | undefined;
  /** Sessions per page: 1 to 100. @default 10 */
  pageSize?: number | undefined;
}

/** One page of sessions, without their steps. */
export type SessionList = Page<SessionInfo>;

/** Default sessions per page: that of the API. */
const DEFAULT_PAGE_SIZE = 10;

const page = pageOf(sessionSchema);

/** Answer: a page, or an array from older servers. */
export const sessionListSchema = z.union([
  page,
  z.codec(z.array(sessionSchema), z.custom<SessionList>(), {
    decode: (items) => ({
      ...{ items, page: 1, pageSize: items.length, hasNext: false, hasPrevious: false },
    }),
    encode: ({ items }) => items,
  }),
]) as z.ZodType<SessionList, z.input<typeof page>>;

/**
 * Returns the query string of a list call, with defaults.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeListQuery(options: ListOptions = {}): string {
  toWire('Cannot list sessions with these options', listQuerySchema, options);
  const { status, page = 1, pageSize = DEFAULT_PAGE_SIZE } = options;
  const onlyActive = options.onlyActive ?? (status === undefined || status === 'active');
  const query = new URLSearchParams({
    only_active: String(onlyActive),
    page: String(page),
    page_size: String(pageSize),
  });
  if (options.onlyCurrentToken) query.set('only_current_token', 'true');
  if (options.includeSystem) query.set('include_system', 'true');
  if (status) query.set('status', status);
  return query.toString();
}

/** Query of a list call. */
export const listQuerySchema = z.object({
  status: z.enum(sessionStatuses).optional(),
  only_active: looseBoolean.optional(),
  only_current_token: looseBoolean.default(false),
  include_system: looseBoolean.default(false),
  page: positiveInteger(Number.MAX_SAFE_INTEGER).default(1),
  page_size: positiveInteger(100).default(DEFAULT_PAGE_SIZE),
});

/**
 * Parses the query of a list call, with defaults. Ignores unknown parameters.
 * @throws {@link InvalidRequestError} (422) names each invalid parameter
 */
export function decodeListQuery(
  query: URLSearchParams,
): ListOptions & { onlyActive: boolean; includeSystem: boolean; page: number; pageSize: number } {
  const { only_active: onlyActive, ...rest } = readQuery(listQuerySchema, query);
  const { status } = rest;
  return {
    ...camelize(rest),
    onlyActive: onlyActive ?? (status === undefined || status === 'active'),
  };
}
