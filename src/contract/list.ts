/** The list of sessions: its query and its answer. */
import * as z from 'zod';

import { camelize, snakify } from './naming';
import { readQuery, toWire } from './checks';
import {
  encodeSession,
  sessionSchema,
  sessionStatuses,
  type SessionInfo,
  type SessionStatus,
} from './session';
import { looseBoolean, positiveInteger } from './values';

/** Which sessions to list. */
export interface ListOptions {
  /** Only sessions with this status. */
  status?: SessionStatus | undefined;
  /** Only running sessions. A `status` other than `active` turns it off. @default true */
  onlyActive?: boolean | undefined;
  /** Only sessions that this key has started. @default false */
  onlyCurrentToken?: boolean | undefined;
  /** Sessions too that the API started for its own purposes. @default false */
  includeSystem?: boolean | undefined;
  /** Counted from 1. @default 1 */
  page?: number | undefined;
  /** Sessions per page: 1 to 100. @default 10 */
  pageSize?: number | undefined;
}

/** One page of sessions. */
export interface SessionList {
  /** The sessions, newest first, without their steps. */
  items: SessionInfo[];
  /** Number of this page, from 1. */
  page: number;
  /** How many sessions a page holds at most. */
  pageSize: number;
  /** Whether there is a page after this one. */
  hasNext: boolean;
  /** Whether there is a page before this one. */
  hasPrevious: boolean;
}

/** Sessions per page when a request does not say: the API's default. */
const DEFAULT_PAGE_SIZE = 10;

const paged = z.object({
  items: z.array(sessionSchema),
  page: z.int(),
  page_size: z.int(),
  has_next: z.boolean(),
  has_previous: z.boolean().nullish(),
});

/** The answer: a page, or, from older servers, a bare array. */
export const sessionListSchema = z
  .union([paged, z.array(sessionSchema)])
  .transform((body): SessionList => {
    if (Array.isArray(body))
      return {
        items: body,
        page: 1,
        pageSize: body.length,
        hasNext: false,
        hasPrevious: false,
      };
    const { items, page, page_size: pageSize, has_next: hasNext, has_previous: hasPrevious } = body;
    return {
      items,
      page,
      pageSize,
      hasNext,
      hasPrevious: hasPrevious ?? page > 1,
    };
  });

/** A page of sessions as JSON. */
export function encodeSessionList(list: SessionList) {
  return { ...snakify(list), items: list.items.map(encodeSession) };
}

/**
 * The query string of a list call, complete with defaults.
 * @throws {@link OptionsError} naming each wrong or unknown option
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

/** The query of a list call. */
export const listQuerySchema = z.object({
  status: z.enum(sessionStatuses).optional(),
  only_active: looseBoolean.optional(),
  only_current_token: looseBoolean.default(false),
  include_system: looseBoolean.default(false),
  page: positiveInteger(Number.MAX_SAFE_INTEGER).default(1),
  page_size: positiveInteger(100).default(DEFAULT_PAGE_SIZE),
});

/**
 * What a list call asks for, complete with defaults. Unknown parameters are ignored.
 * @throws {@link InvalidRequestError} (422) naming each wrong one
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
