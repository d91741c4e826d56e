/** Definition of a call of the session API, and its derived types. */
import type * as z from 'zod';

import type { PathParams } from '../paths';

/** A call. Each call narrows the `never` types: see {@link GivenBody} and the types next to it. */
export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces, such as `/sessions/{session_id}`. */
  path: string;
  summary: string;
  /** Whether it needs no key. */
  open?: true;
  /** Whether it needs an active session; after its end, the answer is 410. */
  running?: true;
  /** Whether a POST may be repeated if its answer was lost. */
  repeatable?: true;
  /** The query: its parameters, the server's decoder and the client's encoder. */
  query?: {
    schema: z.ZodObject;
    decode(query: URLSearchParams): unknown;
    encode(given: never): string;
  };
  /** The JSON body: the same. */
  request?: { schema: z.ZodType; decode(body: unknown): unknown; encode(given: never): unknown };
  /** Whether the body is a form with the field `file`. */
  multipart?: true;
  /** The codec of the JSON answer, or the media type of another answer. */
  response: z.ZodType | { mediaType: string };
  /** Error statuses in addition to those that follow from the other fields. */
  failures?: readonly number[];
}

/** Parameters of a call's path. */
export type ParamsOf<O extends Operation> = PathParams<O['path']>;
/** Query as decoded by the server, with defaults. */
export type QueryOf<O extends Operation> = O extends {
  query: { decode(query: URLSearchParams): infer Read };
}
  ? Read
  : undefined;
/** Body as decoded by the server. */
export type BodyOf<O extends Operation> = O extends {
  request: { decode(body: unknown): infer Read };
}
  ? Read
  : undefined;
/** Result of the server's handler, encoded as the answer. */
export type ResultOf<O extends Operation> = AnswerOf<O>;
/** Query options of the client. */
export type GivenQuery<O extends Operation> = O extends {
  query: { encode(given: infer Given): string };
}
  ? Given
  : undefined;
/** Body options of the client. */
export type GivenBody<O extends Operation> = O extends {
  request: { encode(given: infer Given): unknown };
}
  ? Given
  : undefined;
/** Answer as decoded by the client. */
export type AnswerOf<O extends Operation> = O extends { response: z.ZodType<infer Answer> }
  ? Answer
  : Buffer;
