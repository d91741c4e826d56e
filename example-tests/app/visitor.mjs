/** What the shop knows of a visitor, all of it in cookies: who signed in, and what is in the cart. So a login outlives the server. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { findBook } from './books.mjs';

/** A shop that is not an example would keep this to itself. */
const SIGNING_KEY = 'not a secret: this is an example';
const THIRTY_DAYS_S = 30 * 24 * 60 * 60;

/** Everybody who may sign in. Staff answers questions at the desk. */
const ACCOUNTS = {
  ada: { name: 'Ada', password: 'reading', isStaff: false },
  robin: { name: 'Robin', password: 'shelves', isStaff: true },
};

/** @param {import('node:http').IncomingMessage} request */
export function visitorOf(request) {
  const cookies = Object.fromEntries(
    (request.headers.cookie ?? '').split('; ').map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
  );
  return { account: readAccount(cookies.reader), cart: readCart(cookies.cart) };
}

/** The cookie of a login; undefined when the password is wrong. */
export function signInCookie(user, password) {
  const account = ACCOUNTS[String(user).toLowerCase()];
  if (account?.password !== password) return undefined;
  const id = String(user).toLowerCase();
  return `reader=${id}.${sign(id)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${THIRTY_DAYS_S}`;
}

export const signOutCookie = 'reader=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0';

/** The cookie of a cart. @param {Map<string, number>} cart how many of each book */
export function cartCookie(cart) {
  const text = [...cart]
    .filter(([, count]) => count > 0)
    .map(([id, count]) => `${id}*${count}`)
    .join('.');
  return `cart=${text}; Path=/; HttpOnly; SameSite=Lax`;
}

export function countOf(cart) {
  return [...cart.values()].reduce((sum, count) => sum + count, 0);
}

function readAccount(cookie = '') {
  const [id, signature = ''] = cookie.split('.');
  const expected = sign(id);
  const isSigned =
    signature.length === expected.length &&
    timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
  return isSigned ? ACCOUNTS[id] : undefined;
}

function readCart(cookie = '') {
  const lines = cookie.split('.').map((line) => line.split('*'));
  return new Map(
    lines
      .filter(([id]) => findBook(id))
      .map(([id, count]) => [id, Math.min(Number(count) || 0, 99)]),
  );
}

function sign(text) {
  return createHmac('sha256', SIGNING_KEY).update(text).digest('base64url');
}
