/** Who calls: the operator of the server, to whom everything is shown, or the holder of a key, to whom only what is theirs. */
import { isToken } from '../../base/tokens';

/** One of the server's callers. */
export interface Account {
  /** What its sessions, files and profiles are kept under; undefined for the operator. */
  readonly name: string | undefined;
  /** Sessions that it may have at once; undefined for as many as the server may have. */
  readonly maxSessions?: number | undefined;
}

/** Whoever has the server's own key. */
export const OPERATOR: Account = { name: undefined };
/** Whoever has no key, and is asked for none. Nothing is theirs: no account has this name. */
export const NOBODY: Account = { name: '' };

/** Whether something of this owner is for the account to see, to use and to end. */
export function isTheirs({ name }: Account, owner: string | undefined): boolean {
  return name === undefined || name === owner;
}

/** A key, and whose it is. */
export interface AccountKey extends Account {
  readonly name: string;
  /** What its holders send: at least 16 characters. */
  readonly key: string;
}

/** Tells accounts by their keys. */
export class Accounts {
  readonly #apiKey: string;
  readonly #keys: readonly AccountKey[];

  /** @param apiKey of the operator */
  constructor(apiKey: string, keys: readonly AccountKey[] = []) {
    this.#apiKey = apiKey;
    this.#keys = keys;
  }

  /** Whose key it is. Every key is compared, whichever it is, each in constant time. */
  find(key: string | null | undefined): Account | undefined {
    const found = this.#keys.filter((it) => isToken(key, it.key));
    return isToken(key, this.#apiKey) ? OPERATOR : found[0];
  }

  /** Those with a name. */
  get named(): readonly AccountKey[] {
    return this.#keys;
  }
}
