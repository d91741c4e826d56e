/** Actions between the wire and TypeScript: read by the server, written by the client, echoed in results. */
import { actionSchemas, IGNORED_FIELDS, renameOldFields } from './action-schemas';
import type { Action } from './action-types';
import { exactly } from './exact';
import { describeIssues, type Issue, type NameOf } from './issues';
import { camelize, nearestName, snakify, toCamelCase } from './naming';
import { refusedOptions, wireNames } from './checks';
import { refused } from './refusals';

export { actionSchema } from './action-schemas';
export type {
  Action,
  ActionOf,
  ActionTarget,
  ActionType,
  FormFields,
  InteractionAction,
  NodeSelectors,
} from './action-types';

/** An action as JSON. */
export type ActionWire = { type: string } & Record<string, unknown>;

const TYPES = Object.keys(actionSchemas);

/**
 * An action from a request body: defaults are filled in, and a selector is an object.
 * @throws {@link InvalidRequestError} (422) naming every wrong or unknown field
 */
export function decodeAction(body: unknown): Action {
  const read = readAction(body);
  if ('wire' in read) return toAction(read.wire);
  throw refused('Invalid action', read.issues);
}

/**
 * The wire form of an action, without what is not set.
 * @throws {@link OptionsError} naming every wrong or unknown field
 */
export function encodeAction(action: Action): ActionWire {
  const what = 'Cannot execute this action';
  wireNames(what, action); // refuses what is no object, and names of the wire
  const wire = toWire(action);
  const read = readAction(wire, { nameOf: fieldName, isExact: true });
  if ('wire' in read) return wire;
  throw refusedOptions(what, read.issues);
}

/** TypeScript's names for an action on the wire, whatever else it holds. */
export function toAction(wire: ActionWire): Action {
  const { selector, value, time_ms: time, ...rest } = wire;
  return {
    ...camelize(rest),
    ...(time !== undefined && { time }),
    ...(selector !== undefined && { selector: renamed(selector, camelize) }),
    ...(value !== undefined && { value: renamed(value, camelize) }),
  } as unknown as Action;
}

/** Wire names for an action that was checked before: of one that was not, what is wrong is left to the schemas. */
export function toWire(action: Action): ActionWire {
  const { selector, value, time, ...rest } = action as unknown as Record<string, unknown>;
  return {
    ...snakify(rest),
    ...(time !== undefined && { time_ms: time }),
    ...(selector !== undefined && { selector: renamed(selector, snakify) }),
    ...(value !== undefined && { value: renamed(value, snakify) }),
  } as ActionWire;
}

/** The name of a field in TypeScript. */
function fieldName(wireName: string): string {
  return wireName === 'time_ms' ? 'time' : toCamelCase(wireName);
}

/** Selectors, and the fields of a form, are objects with names of their own. */
function renamed(value: unknown, rename: (object: object) => object): unknown {
  return typeof value === 'object' && value !== null ? rename(value) : value;
}

/** The checked action in wire names, or what is wrong with it. */
function readAction(
  body: unknown,
  { nameOf, isExact }: { nameOf?: NameOf; isExact?: boolean } = {},
): { wire: ActionWire } | { issues: Issue[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { issues: [{ path: '', message: 'Invalid input: expected object' }] };
  const action = renameOldFields(body as Record<string, unknown>);
  const { type } = action;
  if (typeof type !== 'string' || !Object.hasOwn(actionSchemas, type))
    return { issues: [unknownType(type)] };
  const schema = actionSchemas[type as keyof typeof actionSchemas];
  const parsed = (isExact ? exactly(schema) : schema).safeParse(action, { reportInput: true });
  if (!parsed.success)
    return { issues: describeIssues(parsed.error.issues, Object.keys(schema.shape), nameOf) };
  return {
    wire: Object.fromEntries(
      Object.entries(parsed.data).filter(
        ([name, value]) => value !== undefined && value !== null && !IGNORED_FIELDS.has(name),
      ),
    ) as ActionWire,
  };
}

function unknownType(type: unknown): Issue {
  const nearest = typeof type === 'string' ? nearestName(type, TYPES) : undefined;
  const hint =
    nearest === undefined ? `expected one of ${TYPES.join(', ')}` : `did you mean "${nearest}"?`;
  return {
    path: 'type',
    message: type === undefined ? `is required: ${hint}` : `unknown action; ${hint}`,
  };
}
