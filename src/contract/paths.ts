/** Paths with parameters in braces, such as `/sessions/{session_id}/stop`: filled in by whoever calls, matched by whoever answers. */
import { OptionsError } from './errors';
import { toCamelCase, type CamelCase } from './naming';

/** The parameters of a path, as TypeScript spells them. */
type ParamName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? CamelCase<Name> | ParamName<Rest>
  : never;

/** A value for each parameter of a path, not yet encoded. */
export type PathParams<Path extends string> = Record<ParamName<Path>, string>;

/**
 * The path with its parameters filled in, each percent-encoded.
 * @throws {@link OptionsError} for a parameter that is no text, or an empty one: it would be another path
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

/** What the parameters stand for in a requested path; undefined when it is another path. What cannot be decoded is left as it is. */
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
