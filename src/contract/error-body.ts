/** Error bodies in the shape that all clients of the API understand. Our server writes them; the client reads those of any server. */
import * as z from 'zod';
import { isRecord } from '../base/json';
import { clipped } from '../base/texts';
import type { Issue } from './issues';
import type { SessionStatus } from './session';

/** Body of all failures. */
export const errorSchema = z.looseObject({
  status: z.int(),
  message: z.string(),
  code: z.string().optional(),
  detail: z
    .array(
      z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }),
    )
    .nullish(),
});

/** Details of an error body. */
export interface ErrorBodyDetails {
  /** Refused fields, for a 422. */
  issues?: readonly Issue[];
  /** Stable code of the error, such as `session_ended`. */
  code?: string;
  /** For `session_ended`: the session and how it ended. */
  session?: EndedSession;
}

/** An ended session. */
export interface EndedSession {
  id: string;
  status: SessionStatus;
  endedAt: Date | null;
  reason: string | null;
}

/** Maximum length of a text in an error, in characters: enough for the last output of a browser, and far less than a quoted request. */
const MAX_TEXT_LENGTH = 4_000;

/** Returns the body of an error answer. `detail` is an array or null, because a string there breaks other clients. */
export function errorBody(status: number, message: string, details: ErrorBodyDetails = {}) {
  const { issues, code, session } = details;
  return {
    status,
    message: clipped(message, MAX_TEXT_LENGTH),
    detail:
      issues?.map((issue) => ({
        loc: [issue.in ?? 'body', ...issue.path.split('.').filter(Boolean)],
        msg: clipped(issue.message, MAX_TEXT_LENGTH),
        type: 'value_error',
      })) ?? null,
    ...(code !== undefined && { code }),
    ...(session && {
      session: {
        session_id: session.id,
        status: session.status,
        closed_at: session.endedAt?.toISOString() ?? null,
        error: session.reason,
      },
    }),
  };
}

/** A parsed error body. */
export interface ParsedErrorBody {
  message: string | undefined;
  code: string | undefined;
  issues: Issue[];
  session: EndedSession | undefined;
}

/** First part of a refused field's `loc`. */
const PLACES = ['body', 'query', 'path'];

/** Parses the body of an error answer from our server, the cloud or a proxy. */
export function parseErrorBody(body: unknown): ParsedErrorBody {
  if (typeof body === 'string')
    return { message: body.trim() || undefined, code: undefined, issues: [], session: undefined };
  const fields = asRecord(body);
  const nested = asRecord(fields['error']);
  const issues = parseIssues(fields['detail']);
  const message = [nested['message'], fields['error'], fields['message'], fields['detail']].find(
    (value) => typeof value === 'string' && value !== '',
  );
  const code = [nested['code'], fields['code']].find((value) => typeof value === 'string');
  return {
    message: (message as string | undefined) ?? issues[0]?.message,
    code: code,
    issues,
    session: parseSession(fields['session']),
  };
}

function parseIssues(detail: unknown): Issue[] {
  if (!Array.isArray(detail)) return [];
  return detail.map(asRecord).map(({ loc, msg }) => ({
    path: Array.isArray(loc)
      ? loc
          .map(String)
          .filter((part, index) => index > 0 || !PLACES.includes(part))
          .join('.')
      : '',
    message: typeof msg === 'string' ? msg : 'refused',
  }));
}

function parseSession(value: unknown): EndedSession | undefined {
  const { session_id: id, status, closed_at: closedAt, error } = asRecord(value);
  if (typeof id !== 'string' || typeof status !== 'string') return undefined;
  return {
    id,
    status: status as SessionStatus,
    endedAt: typeof closedAt === 'string' ? new Date(closedAt) : null,
    reason: typeof error === 'string' ? error : null,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
