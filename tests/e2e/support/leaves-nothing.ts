/** What every run owes to the machine. */
import { expect } from 'vitest';
import { eventually } from '../../eventually';
import type { Project } from './project';

/** No process and no file of the project's runs is left, soon after the last of them. */
export async function leavesNothing(project: Project | undefined): Promise<void> {
  await eventually(() => expect(project?.leftovers()).toEqual({ processes: [], files: [] }));
}
