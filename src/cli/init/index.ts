/** `sessionwright init`: turns an existing Playwright suite into one that runs on sessions. */
import { resolve } from 'node:path';
import { countText } from '../../base/texts';
import { command, UsageError } from '../command';
import { printError, printJson, printText } from '../output';
import { checkPlaywright, runInstall } from './install';
import { diffOf, isDone, makePlan, shownPath, type Plan } from './plan';
import { findSuite } from './suite';
import { writeChanges } from './write';

const USAGE = `Usage: sessionwright init [folder] [options]

Makes the Playwright suite in a folder (default: this one) run on sessions. Shows the changes first. Installs sessionwright if it is missing, wraps
each configuration in withSessions, and changes the imports of test. You can run it again: it changes only what is left.

  --yes, -y  make the changes without asking
  --dry-run  only show the changes
  --json     print the result as JSON, and ask nothing`;

/** Converts a suite. */
export const init = command(
  {
    usage: USAGE,
    options: { yes: { type: 'boolean', short: 'y' }, 'dry-run': { type: 'boolean' } },
    maxWords: 1,
  },
  async (values, [folder = '.']) => {
    const plan = await planOf(resolve(folder));
    const isWritten = await carryOut(plan, values);
    if (values.json) printJson(result(plan, isWritten), 2);
    else if (isWritten) printText(`Changed ${countText(plan.changes.length, 'file')}.`);
  },
);

interface Wishes {
  json?: boolean;
  yes?: boolean;
  'dry-run'?: boolean;
}

/** Shows the changes, and makes them if the user wants. Returns whether they were made. */
async function carryOut(plan: Plan, wishes: Wishes): Promise<boolean> {
  if (!wishes.json) printText(describe(plan));
  if (isDone(plan) || wishes['dry-run']) return false;
  if (!wishes.yes)
    throw new UsageError('There is no terminal to ask in. Add --yes to make these changes.');
  await apply(plan);
  return true;
}

async function planOf(root: string): Promise<Plan> {
  const suite = await findSuite(root);
  if (suite.sources.length === 0 && suite.manual.length === 0)
    throw new Error(
      `No Playwright suite found in ${root}: no file imports @playwright/test. Run init in the folder of your suite, or create one with: npm init playwright@latest`,
    );
  return makePlan(suite);
}

async function apply(plan: Plan): Promise<void> {
  checkPlaywright(plan.root);
  for (const install of plan.installs) {
    printError(`Running ${install.command.join(' ')} in ${install.folder}`);
    await runInstall(install);
  }
  await writeChanges(plan.changes);
}

function describe(plan: Plan): string {
  const { root, changes, installs, manual } = plan;
  const done =
    manual.length > 0
      ? 'Nothing to do for init.'
      : 'Nothing to do: the suite is set up for sessions.';
  const parts = [
    ...(isDone(plan) ? [done] : []),
    ...changes.map((change) => diffOf(root, change)),
    ...installs.map(
      ({ folder, command: words }) =>
        `To install: ${words.join(' ')} (in ${shownPath(root, folder)})`,
    ),
    ...describeManual(plan),
  ];
  return parts.join('\n\n');
}

function describeManual({ root, manual }: Plan): string[] {
  if (manual.length === 0) return [];
  const items = manual.map(
    ({ file, line, problem, change }) =>
      `  ${shownPath(root, file)}:${line}: ${problem}\n    ${change}`,
  );
  return [['To change by hand:', ...items].join('\n')];
}

function result({ root, changes, installs, manual }: Plan, isWritten: boolean): object {
  return {
    written: isWritten,
    changes: changes.map((change) => ({
      file: shownPath(root, change.file),
      diff: diffOf(root, change),
    })),
    installs: installs.map(({ folder, command: words }) => ({
      folder: shownPath(root, folder),
      command: words,
    })),
    manual: manual.map((item) => ({ ...item, file: shownPath(root, item.file) })),
  };
}
