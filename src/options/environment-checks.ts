/** Checks the variables of the environment that set options, by the schemas of these options. Loads zod, so test workers must not import it. */
import * as z from 'zod';

import { parseJson } from '../base/json';
import { namesIn } from '../contract/checks';
import { describeIssues, type Issue } from '../contract/issues';
import { headersSchema } from '../contract/start';
import { environment } from './environment';
import { isKeepTime } from './keep-failed';
import { cdpUrlOf, gridUrlOf, hasRemoteApi } from './source';
import type { SessionOptions } from './types';

const urlOf = (schemes: RegExp, error: string) =>
  z.string({ error }).refine((text) => URL.canParse(text) && schemes.test(new URL(text).protocol), {
    error,
  });

const NOT_AN_API_URL =
  'must be a URL that starts with http:// or https://, without credentials and query';
/** `apiUrl`. */
export const apiUrlSchema = urlOf(/^https?:$/, NOT_AN_API_URL).refine(
  (text) => /^[^?@]*$/.test(text), // other tools would show a password in their messages
  { error: NOT_AN_API_URL },
);
/** `gridUrl`. */
export const gridUrlSchema = urlOf(
  /^https?:$/,
  'must be the URL of a Selenium Grid that starts with http:// or https://, such as http://hub:4444',
);

/** `cdpUrl`. */
export const cdpUrlSchema = urlOf(/^wss?:$/, 'must be a URL that starts with ws:// or wss://');

/** `keepFailed`. */
export const keepFailedSchema = z.union([z.number(), z.string()]).refine(isKeepTime, {
  error: "must be a time from 1 second to 1 hour, such as '10m' or 600000 (milliseconds), or 0",
});

/** Checks the variables of the environment that are used with these options. */
export function checkEnvironment(options: SessionOptions): Issue[] {
  const { apiUrl, apiNames, keepFailed } = environment;
  return [
    ...(hasRemoteApi(options) && options.apiUrl === undefined && apiUrl !== undefined
      ? check(apiUrlSchema, apiUrl, apiNames.apiUrl)
      : []),
    ...(cdpUrlOf(options) === undefined ? [] : checkCdpEnvironment(options)),
    ...(gridUrlOf(options) === undefined ? [] : checkGridEnvironment(options)),
    ...(keepFailed === undefined
      ? []
      : check(keepFailedSchema, keepFailed, 'SESSIONWRIGHT_KEEP_FAILED')),
  ];
}

function checkCdpEnvironment(options: SessionOptions): Issue[] {
  const { cdpUrl, cdpHeaders } = environment;
  return [
    ...(options.cdpUrl === undefined ? check(cdpUrlSchema, cdpUrl, 'SESSIONWRIGHT_CDP_URL') : []),
    ...(options.cdpHeaders === undefined
      ? checkHeaders(cdpHeaders, 'SESSIONWRIGHT_CDP_HEADERS')
      : []),
  ];
}

function checkGridEnvironment(options: SessionOptions): Issue[] {
  const { gridUrl, gridCapabilities, gridHeaders } = environment;
  return [
    ...(options.gridUrl === undefined ? check(gridUrlSchema, gridUrl, 'SELENIUM_REMOTE_URL') : []),
    ...(options.capabilities === undefined &&
    isWrong(gridCapabilities, z.record(z.string(), z.unknown()))
      ? [
          {
            path: 'SELENIUM_REMOTE_CAPABILITIES',
            message: 'must be an object of capabilities as JSON',
          },
        ]
      : []),
    ...checkHeaders(gridHeaders, 'SELENIUM_REMOTE_HEADERS'),
  ];
}

/** The message does not quote the value: it contains secrets. */
function checkHeaders(json: string | undefined, path: string): Issue[] {
  return isWrong(json, headersSchema)
    ? [{ path, message: 'must be an object of header names and values as JSON' }]
    : [];
}

function isWrong(json: string | undefined, schema: z.ZodType): boolean {
  return json !== undefined && !schema.safeParse(parseJson(json)).success;
}

/** The issues of a value, each with its path. */
export function check(schema: z.ZodType, value: unknown, path: string): Issue[] {
  const { error } = schema.safeParse(value, { reportInput: true });
  return describeIssues(error?.issues ?? [], namesIn(schema)).map((issue) => ({
    ...issue,
    path: issue.path === '' ? path : `${path}.${issue.path}`,
  }));
}
