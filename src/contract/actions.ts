/** Converts actions between the wire and TypeScript. The server decodes them, the client encodes them, results echo them. */
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
 * Decodes an action from a request body. Adds defaults, and turns selectors into objects.
 * @throws {@link InvalidRequestError} (422) names each invalid or unknown field
 */
export function decodeAction(body: unknown): Action {
  const read = readAction(body);
  if ('wire' in read) return toAction(read.wire);
  throw refused('Invalid action', read.issues);
}

/**
 * Encodes an action for the wire, without unset fields.
 * @throws {@link OptionsError} names each invalid or unknown field
 */
export function encodeAction(action: Action): ActionWire {
  const what = 'Cannot execute this action';
  wireNames(what, action); // refuses non-objects and wire names
  const wire = toWire(action);
  const read = readAction(wire, { nameOf: fieldName, isExact: true });
  if ('wire' in read) return wire;
  throw refusedOptions(what, read.issues);
}

/** Converts the known field names of a wire action to TypeScript's, and keeps the others. */
export function toAction(wire: ActionWire): Action {
  const { selector, value, time_ms: time, ...rest } = wire;
  return {
    ...camelize(rest),
    ...(time !== undefined && { time }),
    ...(selector !== undefined && { selector: renamed(selector, camelize) }),
    ...(value !== undefined && { value: renamed(value, camelize) }),
  } as unknown as Action;
}

/** Converts field names to the wire's. The schemas report invalid fields later. */
export function toWire(action: Action): ActionWire {
  const { selector, value, time, ...rest } = action as unknown as Record<string, unknown>;
  return {
    ...snakify(rest),
    ...(time !== undefined && { time_ms: time }),
    ...(selector !== undefined && { selector: renamed(selector, snakify) }),
    ...(value !== undefined && { value: renamed(value, snakify) }),
  } as ActionWire;
}

/** Returns the TypeScript name of a field. */
function fieldName(wireName: string): string {
  return wireName === 'time_ms' ? 'time' : toCamelCase(wireName);
}

/** Selectors and form values are nested objects with their own names. */
function renamed(value: unknown, rename: (object: object) => object): unknown {
  return typeof value === 'object' && value !== null ? rename(value) : value;
}

/** Checks an action in wire names. */
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
