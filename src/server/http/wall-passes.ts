/** Ways to the wall without the key: a ticket, which a browser may be told since it opens the wall once and soon, and the pass that the page gets for it. */
import { isToken, newToken } from '../../base/tokens';
import { badRequest } from '../../contract/refusals';
import { type Account, OPERATOR } from '../accounts/account';

/** How long a ticket is good, in milliseconds: a browser may have to start, with many tabs. */
const TICKET_MS = 120_000;
/** Unused tickets of one account: more than a person opens within {@link TICKET_MS}. The oldest makes room for a new one. */
const MAX_TICKETS = 20;

/** Who may watch, and do nothing else. Passes are good as long as the server runs, and there is one for each account. */
export class WallPasses {
  /** Whoever has it is shown every session. */
  readonly operators = newToken();
  readonly #passes = new Map<Account, string>([[OPERATOR, this.operators]]);
  readonly #tickets = new Map<string, { account: Account; untilMs: number }>();
  readonly #ticketMs: number;

  /** @param ticketMs - how long a ticket is good, in milliseconds */
  constructor(ticketMs: number = TICKET_MS) {
    this.#ticketMs = ticketMs;
  }

  /** A ticket to what the account is shown. */
  issue(account: Account): string {
    const ticket = newToken();
    this.#tickets.set(ticket, { account, untilMs: performance.now() + this.#ticketMs });
    const own = [...this.#tickets].filter(([, it]) => it.account === account);
    const [[oldest] = ['']] = own;
    if (own.length > MAX_TICKETS) this.#tickets.delete(oldest);
    return ticket;
  }

  /**
   * The pass for a ticket, which is good for nothing afterwards.
   * @throws {@link ApiError} 401 when it has been used, is too old, or was never given
   */
  redeem(given: string): string {
    const ticket = [...this.#tickets.keys()].find((it) => isToken(given, it)) ?? '';
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (!found || found.untilMs <= performance.now())
      throw badRequest(
        401,
        'unauthorized',
        'This link to the wall has been used, or is too old: it opens it once. Ask for another one, or give the key.',
      );
    return this.#passOf(found.account);
  }

  /** Who has given the pass; undefined for what is none. */
  accountOf(pass: string | null | undefined): Account | undefined {
    return [...this.#passes].find(([, it]) => isToken(pass, it))?.[0];
  }

  #passOf(account: Account): string {
    const pass = this.#passes.get(account) ?? newToken();
    this.#passes.set(account, pass);
    return pass;
  }
}
