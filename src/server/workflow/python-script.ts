/** Generates a script for the cloud's Python SDK that repeats the steps of a session. Pure. */
import type { WireAction } from '../../contract/workflow-code';
import type { WorkflowStep } from './workflow-step';

const HEAD = 'from notte_sdk import NotteClient\n\nclient = NotteClient()\n';
const INDENT = '    ';
/** Valid names of keyword arguments. No action has a field with the name of a Python keyword. */
const ARGUMENT =
  /^(?!(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)$)[A-Za-z_][A-Za-z0-9_]*$/;

/** Returns the script: statements, or with `asWorkflow` a function `run`. */
export function pythonScript(
  steps: readonly WorkflowStep[],
  { asWorkflow }: { asWorkflow: boolean },
): string {
  const calls = toCalls(steps);
  const block = [
    'with client.Session() as session:',
    ...(calls.length === 0 ? ['pass'] : calls).map((call) => INDENT + call),
  ];
  const lines = asWorkflow ? ['', 'def run():', ...block.map((line) => INDENT + line)] : block;
  return `${HEAD}\n${lines.join('\n')}\n`;
}

/** Ids come from the latest observation, so it is repeated before their use. */
function toCalls(steps: readonly WorkflowStep[]): string[] {
  const calls: string[] = [];
  let mustObserve = true;
  for (const step of steps) {
    if (step.kind === 'observation') {
      mustObserve = true;
      continue;
    }
    const usesId = 'id' in step.action && !('selector' in step.action);
    if (usesId && mustObserve) {
      calls.push('session.observe()');
      mustObserve = false;
    }
    calls.push(toCall(step.action));
  }
  return calls;
}

function toCall(action: WireAction): string {
  const fields = Object.entries(action);
  const odd = fields.filter(([name]) => !ARGUMENT.test(name));
  const args = fields
    .filter(([name]) => ARGUMENT.test(name))
    .map(([name, value]) => `${name}=${literal(value)}`);
  if (odd.length > 0) args.push(`**${literal(Object.fromEntries(odd))}`);
  return `session.execute(${args.join(', ')})`;
}

/** Formats a JSON value in Python, which has the same strings and numbers. */
function literal(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)))
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return 'None';
  return `{${Object.entries(value)
    .map(([name, content]) => `${JSON.stringify(name)}: ${literal(content)}`)
    .join(', ')}}`;
}
