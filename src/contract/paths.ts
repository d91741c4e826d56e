/** Paths with parameters in braces, such as `/sessions/{session_id}/stop`: clients fill them in, servers match them. */
import { OptionsError } from './errors';
import { toCamelCase, type CamelCase } from './naming';

/** Names of a path's parameters, in camelCase. */
type ParamName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? CamelCase<Name> | ParamName<Rest>
  : never;

/** Values of a path's parameters, not encoded. */
export type PathParams<Path extends string> = Record<ParamName<Path>, string>;

/**
 * Fills in the parameters of a path, percent-encoded.
 * @throws {@link OptionsError} for a parameter that is not a string, or is empty and would change the path
 */
export function fillPath<Path extends string>(path: Path, params: PathParams<Path>): string {
  const values: Readonly<Record<string, unknown>> = params;
  return path.replace(/\{(\w+)\}/g, (_, wireName: string) => {
    const name = toCamelCase(wireName);
    const value = values[name];
    if (typeof value === 'string' && value !== '') return encodeURIComponent(value);
    throw new OptionsError(
      `${name} must be a text that is not empty, got ${value === '' ? 'an empty one' : typeof value}.`,
      { path: name },
    );
  });
}

/** Returns the parameters of a requested path; undefined if it does not match. Keeps values that cannot be decoded. */
export function matchPath<Path extends string>(
  path: Path,
  requested: string,
): PathParams<Path> | undefined {
  const wanted = path.split('/');
  const given = requested.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) params[toCamelCase(name)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params as PathParams<Path>;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
