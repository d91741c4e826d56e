/** What there is to say of one call of the session API, and the types that follow from it. */
import type * as z from 'zod';

import type { PathParams } from '../paths';

/** One call. `never` stands for what each call narrows: see {@link GivenBody} and its neighbours. */
export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces, such as `/sessions/{session_id}`. */
  path: string;
  summary: string;
  /** True when it needs no key. */
  open?: true;
  /** True when it needs a session that runs: after its end the answer is 410. */
  running?: true;
  /** True for a POST that may be sent again when its answer got lost. */
  repeatable?: true;
  /** The query: a field for each parameter; how the server reads it, and how the client writes what its caller gives. */
  query?: {
    schema: z.ZodObject;
    decode(query: URLSearchParams): unknown;
    encode(given: never): string;
  };
  /** The JSON body, in the same way. */
  request?: { schema: z.ZodType; decode(body: unknown): unknown; encode(given: never): unknown };
  /** True when the body is a form with the field `file`. */
  multipart?: true;
  /** The JSON answer, whose schema also writes it; or the media type of an answer that is not JSON. */
  response: z.ZodType | { mediaType: string };
  /** Statuses of failures beside those that follow from the rest. */
  failures?: readonly number[];
}

/** The parameters of a call's path. */
export type ParamsOf<O extends Operation> = PathParams<O['path']>;
/** Its query as the server reads it: complete with defaults. */
export type QueryOf<O extends Operation> = O extends {
  query: { decode(query: URLSearchParams): infer Read };
}
  ? Read
  : undefined;
/** Its body as the server reads it. */
export type BodyOf<O extends Operation> = O extends {
  request: { decode(body: unknown): infer Read };
}
  ? Read
  : undefined;
/** What the server's work results in: it is written as the answer. */
export type ResultOf<O extends Operation> = AnswerOf<O>;
/** What the client's caller gives for the query. */
export type GivenQuery<O extends Operation> = O extends {
  query: { encode(given: infer Given): string };
}
  ? Given
  : undefined;
/** What the client's caller gives for the body. */
export type GivenBody<O extends Operation> = O extends {
  request: { encode(given: infer Given): unknown };
}
  ? Given
  : undefined;
/** What the client reads from the answer. */
export type AnswerOf<O extends Operation> = O extends { response: z.ZodType<infer Answer> }
  ? Answer
  : Buffer;
