/** What `init` would change, computed before anything is written. */
import { relative } from 'node:path';
import { convertBdd } from './bdd';
import { convertConfig } from './config';
import { unifiedDiff } from './diff';
import { convertImports } from './imports';
import { installsFor, type Install } from './install';
import { packageFolderOf, type Suite } from './suite';
import { applyEdits, type Edit, type ManualChange, type Source } from './syntax';

/** The new text of a file. */
export interface FileChange {
  /** Absolute path. */
  file: string;
  /** Text before the change; undefined for a new file. */
  before: string | undefined;
  after: string;
}

/** All changes, in the order of the files. */
export interface Plan {
  root: string;
  changes: FileChange[];
  installs: Install[];
  manual: ManualChange[];
}

/** Computes the changes. Reads files, and writes none. */
export async function makePlan(suite: Suite): Promise<Plan> {
  const changes: FileChange[] = [];
  const manual = [...suite.manual];
  const bdd = await bddChanges(suite);
  manual.push(...bdd.manual);
  for (const source of suite.sources) {
    const parts = [convertImports(source)];
    if (suite.configs.includes(source)) parts.push(convertConfig(source));
    manual.push(...parts.flatMap((part) => part.manual));
    const edits = [...parts.flatMap((part) => part.edits), ...(bdd.edits.get(source) ?? [])];
    if (edits.length > 0)
      changes.push({
        file: source.file,
        before: source.text,
        after: applyEdits(source.text, edits),
      });
  }
  changes.push(...bdd.added);
  const { root } = suite;
  const files = [...changes, ...suite.configs].map(({ file }) => file);
  return { root, changes, manual, installs: await installsFor(files, root) };
}

/** Whether the suite runs on sessions already, as far as the command can change it. */
export function isDone({ changes, installs }: Plan): boolean {
  return changes.length === 0 && installs.length === 0;
}

/** The diff of one change. */
export function diffOf(root: string, { file, before, after }: FileChange): string {
  return unifiedDiff(shownPath(root, file), before, after);
}

/** A path as output shows it: from the folder of the suite, with slashes. */
export function shownPath(root: string, file: string): string {
  return (relative(root, file) || '.').replaceAll('\\', '/');
}

async function bddChanges(suite: Suite): Promise<{
  edits: Map<Source, Edit[]>;
  added: FileChange[];
  manual: ManualChange[];
}> {
  const packages = new Map<string, Source[]>();
  for (const source of suite.sources) {
    const folder = await packageFolderOf(source.file, suite.root);
    packages.set(folder, [...(packages.get(folder) ?? []), source]);
  }
  const all = [...packages.values()].map(convertBdd);
  return {
    edits: new Map(all.flatMap(({ edits }) => [...edits])),
    added: all.flatMap(({ added }) =>
      added ? [{ file: added.file, before: undefined, after: added.text }] : [],
    ),
    manual: all.flatMap(({ manual }) => manual),
  };
}
