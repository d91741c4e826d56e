/** Who calls: the operator of the server, to whom everything is shown, or the holder of a key, to whom only what is theirs. */

/** One of the server's callers. */
export interface Account {
  /** What its sessions, files and profiles are kept under; undefined for the operator. */
  readonly name: string | undefined;
  /** Sessions that it may have at once; undefined for as many as the server may have. */
  readonly maxSessions?: number | undefined;
}

/** Whoever has the server's own key. */
export const OPERATOR: Account = { name: undefined };

/** Whether something of this owner is for the account to see, to use and to end. */
export function isTheirs({ name }: Account, owner: string | undefined): boolean {
  return name === undefined || name === owner;
}
