/** What doctor finds out. */
import { messageOf } from '../../base/errors';

/** A result of doctor. Only `fail` sets the exit code. */
export interface Check {
  /** Stays the same from version to version, for programs: `node`, `source.grid`. */
  id: string;
  category: 'machine' | 'suite' | 'sessions' | 'live';
  status: 'pass' | 'warn' | 'fail' | 'info';
  message: string;
  /** What to do now. */
  fix?: string | undefined;
}

/** Runs checks of one kind. One that throws has failed with the message of its error. */
export async function checked(
  { id, category }: Pick<Check, 'id' | 'category'>,
  run: () => Promise<Result> | Result,
): Promise<Check> {
  try {
    return { id, category, ...(await run()) };
  } catch (error) {
    return { id, category, status: 'fail', message: messageOf(error) };
  }
}

/** A check without its name. */
export type Result = Pick<Check, 'status' | 'message' | 'fix'>;
