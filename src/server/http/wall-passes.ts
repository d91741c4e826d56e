/** Access to the wall without the key: a ticket in a link, which works once and for a short time, and the pass that the page gets for it. */
import { isToken, newToken } from '../../base/tokens';
import { badRequest } from '../../contract/refusals';
import { type Account, OPERATOR } from '../accounts/account';

/** How long a ticket works, in milliseconds: a browser may have to start, with many tabs. */
const TICKET_MS = 120_000;
/** Most unused tickets of one account: more than a person opens within {@link TICKET_MS}. A new one replaces the oldest. */
const MAX_TICKETS = 20;

/** The tickets, and one pass for each account. A pass only permits watching, and works while the server runs. */
export class WallPasses {
  /** The operator's pass, which shows every session. */
  readonly operators = newToken();
  readonly #passes = new Map<Account, string>([[OPERATOR, this.operators]]);
  readonly #tickets = new Map<string, { account: Account; untilMs: number }>();
  readonly #ticketMs: number;

  /** @param ticketMs - how long a ticket works, in milliseconds */
  constructor(ticketMs: number = TICKET_MS) {
    this.#ticketMs = ticketMs;
  }

  /** A new ticket to the sessions of the account. */
  issue(account: Account): string {
    const ticket = newToken();
    this.#tickets.set(ticket, { account, untilMs: performance.now() + this.#ticketMs });
    const own = [...this.#tickets].filter(([, it]) => it.account === account);
    const [[oldest] = ['']] = own;
    if (own.length > MAX_TICKETS) this.#tickets.delete(oldest);
    return ticket;
  }

  /**
   * The pass for a ticket, which is used up.
   * @throws {@link ApiError} 401 if the ticket was used, has expired, or is unknown
   */
  redeem(given: string): string {
    const ticket = [...this.#tickets.keys()].find((it) => isToken(given, it)) ?? '';
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (!found || found.untilMs <= performance.now())
      throw badRequest(
        401,
        'unauthorized',
        'This link to the wall was used before, or has expired: it works once. Request a new link, or enter the key.',
      );
    return this.#passOf(found.account);
  }

  /** The account of a pass; undefined for an unknown pass. */
  accountOf(pass: string | null | undefined): Account | undefined {
    return [...this.#passes].find(([, it]) => isToken(pass, it))?.[0];
  }

  #passOf(account: Account): string {
    const pass = this.#passes.get(account) ?? newToken();
    this.#passes.set(account, pass);
    return pass;
  }
}
