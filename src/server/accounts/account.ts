/** The callers of a server: the operator, who sees everything, and accounts with keys, which see only what they own. */
import { isToken } from '../../base/tokens';

/** One of the server's callers. */
export interface Account {
  /** The owner of its sessions, files and profiles; undefined for the operator. */
  readonly name: string | undefined;
  /** Its sessions at the same time, at most; undefined for the server's limit. */
  readonly maxSessions?: number | undefined;
}

/** The caller with the server's own key. */
export const OPERATOR: Account = { name: undefined };
/** A caller without a key, where none is required. Owns nothing, because no account has this name. */
export const NOBODY: Account = { name: '' };

/** Whether the account may see, use and end what this owner has. */
export function isTheirs({ name }: Account, owner: string | undefined): boolean {
  return name === undefined || name === owner;
}

/** An account with its key. */
export interface AccountKey extends Account {
  readonly name: string;
  /** The key that its callers send: at least 16 characters. */
  readonly key: string;
}

/** Finds accounts by their keys. */
export class Accounts {
  readonly #apiKey: string;

  /** @param apiKey - the operator's */
  constructor(
    apiKey: string,
    readonly named: readonly AccountKey[] = [],
  ) {
    this.#apiKey = apiKey;
  }

  /** The account with this key. Compares all keys, each in constant time. */
  find(key: string | null | undefined): Account | undefined {
    const found = this.named.filter((it) => isToken(key, it.key));
    return isToken(key, this.#apiKey) ? OPERATOR : found[0];
  }
}
