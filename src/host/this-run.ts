/** Which run this is, for those who look at a server that has several. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { TestRun } from '../contract/test-notes';
import { environment } from '../options/environment';

/** A new id, and the name of the folder that it was started in; in CI with the number of the build. */
export function thisRun(): TestRun {
  const { ciBuild } = environment;
  const folder = basename(process.cwd());
  return { id: randomUUID(), name: ciBuild === undefined ? folder : `${folder} #${ciBuild}` };
}

/** The address of a wall that shows this run alone. */
export function wallOfRun(url: string, { id }: TestRun): string {
  const address = new URL(url);
  address.searchParams.set('run', id);
  return address.href;
}
