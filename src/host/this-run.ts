/** The run that this host serves, for viewers. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { TestRun } from '../contract/test-notes';
import { environment } from '../options/environment';

/** A new id, and the name of the folder that the run was started in; on CI with the number of the build. */
export function thisRun(): TestRun {
  const { ciBuild } = environment;
  const folder = basename(process.cwd());
  return { id: randomUUID(), name: ciBuild === undefined ? folder : `${folder} #${ciBuild}` };
}
