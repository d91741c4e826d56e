/** The Paper Lantern, a small bookshop to try things on. Nothing but Node: `node server.mjs` prints where it listens. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { findBook, formatPrice, searchBooks } from './books.mjs';
import { drawCover } from './covers.mjs';
import {
  bookPage,
  cartPage,
  cataloguePage,
  checkoutPage,
  deskPage,
  messagePage,
  openingPage,
  orderPage,
  reviewsPage,
  signInPage,
  totalOf,
} from './pages.mjs';
import { questions } from './questions.mjs';
import { cartCookie, countOf, signInCookie, signOutCookie, visitorOf } from './visitor.mjs';

/** A catalogue takes a moment, as everywhere, in milliseconds. */
const SEARCH_MS = 80;
const FILE_TYPES = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

/** @type {Map<string, object>} by number */
const orders = new Map();

/** Method and path, and who answers. A handler gets the visitor, the path's parts and the request. */
const routes = [
  ['GET /', ({ visitor }) => html(cataloguePage(visitor))],
  [
    'GET /api/books',
    async ({ url }) => {
      await delay(SEARCH_MS);
      const found = searchBooks({
        text: url.searchParams.get('text') ?? '',
        genre: url.searchParams.get('genre') ?? '',
      });
      return json(
        found.map(({ id, title, author, price }) => ({
          id,
          title,
          author,
          price: formatPrice(price),
        })),
      );
    },
  ],
  [
    'GET /covers/:id.svg',
    ({ book }) => ({
      type: FILE_TYPES.svg,
      body: drawCover(book),
      headers: { 'cache-control': 'max-age=3600' },
    }),
  ],
  ['GET /books/:id', ({ visitor, book }) => html(bookPage(visitor, book))],
  ['GET /books/:id/opening', ({ book }) => html(openingPage(book))],
  ['GET /books/:id/reviews', ({ book }) => html(reviewsPage(book))],
  [
    'GET /books/:id/sample.txt',
    ({ book }) => file(`${book.id}.txt`, `${book.title}\n${book.author}\n\n${book.opening}\n`),
  ],
  ['GET /cart', ({ visitor }) => html(cartPage(visitor))],
  [
    'POST /cart',
    async ({ visitor, form }) => {
      visitor.cart.set(form.get('book'), Number(form.get('count')));
      return goTo('/cart', cartCookie(visitor.cart));
    },
  ],
  [
    'POST /api/cart',
    async ({ visitor, form }) => {
      const id = form.get('book');
      visitor.cart.set(id, (visitor.cart.get(id) ?? 0) + 1);
      return json({ count: countOf(visitor.cart) }, cartCookie(visitor.cart));
    },
  ],
  [
    'GET /checkout',
    ({ visitor }) => (visitor.cart.size > 0 ? html(checkoutPage(visitor)) : goTo('/cart')),
  ],
  [
    'POST /checkout',
    async ({ visitor, form }) => {
      const order = await placeOrder(visitor, form);
      return goTo(`/orders/${order.number}`, cartCookie(new Map()));
    },
  ],
  [
    'GET /orders/:id',
    ({ visitor, id }) =>
      orders.has(id) ? html(orderPage(visitor, orders.get(id))) : notFound(visitor),
  ],
  [
    'GET /orders/:id/receipt.txt',
    ({ visitor, id }) =>
      orders.has(id)
        ? file(
            `receipt-${id}.txt`,
            `The Paper Lantern\nOrder ${id}\n${formatPrice(orders.get(id).total)}, with thanks\n`,
          )
        : notFound(visitor),
  ],
  ['GET /sign-in', ({ visitor }) => html(signInPage(visitor))],
  [
    'POST /sign-in',
    async ({ visitor, form }) => {
      const cookie = signInCookie(form.get('user'), form.get('password'));
      return cookie
        ? goTo('/', cookie)
        : {
            ...html(signInPage(visitor, 'That name and that password do not belong together.')),
            status: 401,
          };
    },
  ],
  ['POST /sign-out', () => goTo('/', signOutCookie)],
  [
    'POST /api/questions',
    async ({ form }) => json(questions.ask(form.get('book'), form.get('text'))),
  ],
  ['GET /api/questions/:id/events', ({ id, response }) => questions.follow(id, response)],
  [
    'GET /desk',
    ({ visitor }) => (visitor.account?.isStaff ? html(deskPage(visitor)) : goTo('/sign-in')),
  ],
  [
    'GET /api/desk/events',
    ({ visitor, response }) =>
      visitor.account?.isStaff ? questions.followAll(response) : notFound(visitor),
  ],
  [
    'POST /api/questions/:id/answer',
    async ({ visitor, id, form }) =>
      visitor.account?.isStaff
        ? json(questions.answer(id, form.get('text'), visitor.account.name))
        : notFound(visitor),
  ],
].map(([route, answer]) => ({
  pattern: new RegExp(`^${route.replace(/:id/, '(?<id>[\\w-]+)').replace('.', '\\.')}$`),
  answer,
}));

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end('The lantern went out.');
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`The Paper Lantern is open: http://127.0.0.1:${server.address().port}`),
);

async function answer(request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const visitor = visitorOf(request);
  const reply =
    (await route({ request, response, url, visitor })) ??
    (await publicFile(url.pathname)) ??
    notFound(visitor);
  if (reply === 'streaming') return;
  const { status = 200, type = 'text/plain', body = '', headers = {} } = reply;
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(body);
}

async function route({ request, response, url, visitor }) {
  for (const { pattern, answer } of routes) {
    const match = pattern.exec(`${request.method} ${url.pathname}`);
    if (!match) continue;
    const id = match.groups?.id;
    const book = findBook(id);
    if (/^\/(books|covers)\//.test(url.pathname) && !book) return notFound(visitor);
    const form = request.method === 'POST' ? await readForm(request, url) : undefined;
    return answer({ visitor, url, id, book, form, response });
  }
  return undefined;
}

/** Both kinds of form, by what Node has for `fetch`. */
async function readForm(request, url) {
  return new Request(url, {
    method: 'POST',
    headers: { 'content-type': request.headers['content-type'] },
    body: request,
    duplex: 'half',
  }).formData();
}

async function placeOrder(visitor, form) {
  const picture = form.get('bookplate');
  const bookplate =
    picture?.size > 0
      ? `data:${picture.type};base64,${Buffer.from(await picture.arrayBuffer()).toString('base64')}`
      : undefined;
  const order = {
    number: `PL-${1000 + orders.size + 1}`,
    name: form.get('name'),
    address: form.get('address'),
    delivery: form.get('delivery'),
    isGift: form.has('gift'),
    bookplate,
    total: totalOf(visitor.cart),
  };
  orders.set(order.number, order);
  return order;
}

async function publicFile(path) {
  const [, name, extension] = /^\/([\w-]+)\.(css|js|svg)$/.exec(path) ?? [];
  if (!name) return undefined;
  const body = await readFile(new URL(`public/${name}.${extension}`, import.meta.url)).catch(
    () => undefined,
  );
  return body && { type: FILE_TYPES[extension], body };
}

const html = (body) => ({ type: 'text/html', body });
const json = (value, cookie) => ({
  type: 'application/json',
  body: JSON.stringify(value),
  headers: withCookie(cookie),
});
const file = (name, body) => ({
  body,
  headers: { 'content-disposition': `attachment; filename="${name}"` },
});
const goTo = (location, cookie) => ({ status: 303, headers: { location, ...withCookie(cookie) } });
const notFound = (visitor) => ({
  ...html(messagePage(visitor, 'We do not have that.')),
  status: 404,
});
const withCookie = (cookie) => (cookie === undefined ? {} : { 'set-cookie': cookie });
