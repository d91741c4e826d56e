/** The shop's pages, as HTML. */
import { books, findBook, formatPrice } from './books.mjs';
import { countOf } from './visitor.mjs';

/** Every page: header, content, footer. */
function layout(title, { account, cart }, content, script = '') {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escape(title)} · The Paper Lantern</title>
  <link rel="icon" href="/lantern.svg">
  <link rel="stylesheet" href="/shop.css">
</head>
<body>
  <header class="top">
    <a class="brand" href="/"><img src="/lantern.svg" alt="" width="26" height="34">The Paper Lantern</a>
    <nav>
      <a href="/">Books</a>
      ${account?.isStaff ? '<a href="/desk">Desk</a>' : ''}
      ${account ? `<span class="who">Hello, ${account.name}</span><form method="post" action="/sign-out"><button class="plain">Sign out</button></form>` : '<a href="/sign-in">Sign in</a>'}
      <a class="cart" href="/cart">Cart <output aria-label="Books in the cart" id="cart-count">${countOf(cart)}</output></a>
    </nav>
  </header>
  <main>${content}</main>
  <footer>The Paper Lantern, since this morning. Every book is in the public domain, and so is the coffee.</footer>
  ${script ? `<script type="module" src="${script}"></script>` : ''}
</body>
</html>`;
}

export function cataloguePage(visitor) {
  const genres = [...new Set(books.map(({ genre }) => genre))];
  return layout(
    'Books',
    visitor,
    `
    <section class="hero">
      <div>
        <p class="eyebrow">New on the table</p>
        <h1>Old books, freshly lit.</h1>
        <p>Eight that we would read again tonight. Ask us which one first.</p>
      </div>
      <label class="search">Search <input id="search" type="search" placeholder="Title or author"></label>
    </section>
    <div class="chips" role="group" aria-label="Genre">
      <button class="chip" aria-pressed="true" data-genre="">All</button>
      ${genres.map((genre) => `<button class="chip" aria-pressed="false" data-genre="${genre}">${genre}</button>`).join('')}
    </div>
    <p id="result" role="status">Looking along the shelves ...</p>
    <ul class="grid" id="books" aria-label="Books" aria-busy="true">${'<li class="card ghost"></li>'.repeat(books.length)}</ul>`,
    '/catalogue.js',
  );
}

export function bookPage(visitor, book) {
  return layout(
    book.title,
    visitor,
    `
    <article class="book">
      <img class="cover large" src="/covers/${book.id}.svg" alt="Cover of ${book.title}" width="300" height="450">
      <div>
        <p class="eyebrow">${book.genre}, ${book.year}</p>
        <h1>${book.title}</h1>
        <p class="author">${book.author}</p>
        <p class="blurb">${book.blurb}</p>
        <p class="price">${formatPrice(book.price)}</p>
        <div class="actions">
          <button class="primary" data-add="${book.id}">Add to cart</button>
          <a class="button" href="/books/${book.id}/opening" target="opening" data-popup>Read the opening</a>
          <a class="button" href="/books/${book.id}/sample.txt" download>Download a sample</a>
        </div>
        <section class="ask">
          <h2>Ask a bookseller</h2>
          <form id="ask" data-book="${book.id}">
            <label>Your question <input name="text" required placeholder="Would my aunt like it?"></label>
            <button>Ask</button>
          </form>
          <div id="answer" role="status"></div>
        </section>
      </div>
      <iframe class="reviews" title="Reviews" src="/books/${book.id}/reviews"></iframe>
    </article>`,
    '/book.js',
  );
}

/** A small window with the first sentences. */
export function openingPage(book) {
  return bare(
    `${book.title}: the opening`,
    `<article class="opening"><h1>${book.title}</h1><p class="author">${book.author}</p><p class="dropcap">${book.opening}</p><button onclick="window.close()">Close the book</button></article>`,
  );
}

/** Lives in an iframe of the book's page. */
export function reviewsPage(book) {
  const stars = [1, 2, 3, 4, 5]
    .map(
      (star) =>
        `<button aria-label="${star} ${star === 1 ? 'star' : 'stars'}" data-star="${star}">★</button>`,
    )
    .join('');
  return bare(
    'Reviews',
    `<section class="stars"><h2>How was it?</h2><div>${stars}</div><p role="status" id="thanks">Nobody has rated ${book.title} today.</p></section><script type="module" src="/reviews.js"></script>`,
  );
}

export function cartPage(visitor) {
  const lines = [...visitor.cart].map(([id, count]) => ({ book: findBook(id), count }));
  const rows = lines.map(
    ({ book, count }) => `
    <tr>
      <td><img class="cover small" src="/covers/${book.id}.svg" alt="" width="44" height="66"></td>
      <th scope="row"><a href="/books/${book.id}">${book.title}</a><span>${book.author}</span></th>
      <td><form method="post" action="/cart"><input type="hidden" name="book" value="${book.id}"><label>Copies <input name="count" type="number" min="0" max="99" value="${count}" onchange="this.form.submit()"></label></form></td>
      <td class="sum">${formatPrice(book.price * count)}</td>
    </tr>`,
  );
  const content =
    lines.length === 0
      ? '<p class="empty">Nothing in it yet. <a href="/">The books are over here.</a></p>'
      : `<table aria-label="Cart"><tbody>${rows.join('')}</tbody><tfoot><tr><td></td><th>Total</th><td></td><td class="sum total">${formatPrice(totalOf(visitor.cart))}</td></tr></tfoot></table><a class="button primary" href="/checkout">Check out</a>`;
  return layout('Cart', visitor, `<h1>Your cart</h1>${content}`);
}

export function checkoutPage(visitor) {
  return layout(
    'Check out',
    visitor,
    `
    <form class="panel" method="post" action="/checkout" enctype="multipart/form-data">
      <h1>Where shall we send it?</h1>
      <label>Name <input name="name" required autocomplete="name" value="${visitor.account?.name ?? ''}"></label>
      <label>Address <textarea name="address" required rows="2" autocomplete="street-address"></textarea></label>
      <label>Delivery <select name="delivery"><option>By post</option><option>By bicycle</option><option>I will come by</option></select></label>
      <label class="inline"><input type="checkbox" name="gift"> Wrap it as a gift</label>
      <label>Picture for your bookplate <input name="bookplate" type="file" accept="image/*"></label>
      <img id="preview" alt="Your bookplate" hidden>
      <p class="price">Together ${formatPrice(totalOf(visitor.cart))}</p>
      <button class="primary">Place the order</button>
    </form>`,
    '/checkout.js',
  );
}

export function orderPage(visitor, order) {
  const plate = order.bookplate
    ? `<figure class="plate"><img src="${order.bookplate}" alt="Your bookplate"><figcaption>Ex libris ${escape(order.name)}</figcaption></figure>`
    : '';
  return layout(
    'Thank you',
    visitor,
    `
    <section class="panel thanks">
      <p class="eyebrow">Order ${order.number}</p>
      <h1>Thank you, ${escape(order.name)}.</h1>
      <p role="status">${order.delivery}, to ${escape(order.address)}${order.isGift ? ', wrapped as a gift' : ''}. ${formatPrice(order.total)}.</p>
      ${plate}
      <a class="button" href="/orders/${order.number}/receipt.txt" download>Download the receipt</a>
    </section>`,
  );
}

export function signInPage(visitor, problem = '') {
  return layout(
    'Sign in',
    visitor,
    `
    <form class="panel narrow" method="post" action="/sign-in">
      <h1>Good to see you</h1>
      ${problem && `<p class="problem" role="alert">${problem}</p>`}
      <label>Name <input name="user" required autocomplete="username"></label>
      <label>Password <input name="password" type="password" required autocomplete="current-password"></label>
      <button class="primary">Sign in</button>
      <p class="hint">Ada reads (password: reading). Robin works here (password: shelves).</p>
    </form>`,
  );
}

/** Where staff answers questions; new ones come in while the page is open. */
export function deskPage(visitor) {
  return layout(
    'Desk',
    visitor,
    '<h1>Questions from the shop</h1><ul class="questions" id="questions" aria-label="Questions"></ul><p role="status" id="quiet">All quiet.</p>',
    '/desk.js',
  );
}

export function messagePage(visitor, text) {
  return layout(text, visitor, `<p class="empty">${text} <a href="/">Back to the books.</a></p>`);
}

/** @param {Map<string, number>} cart */
export function totalOf(cart) {
  return [...cart].reduce((sum, [id, count]) => sum + (findBook(id)?.price ?? 0) * count, 0);
}

function bare(title, content) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="/lantern.svg"><link rel="stylesheet" href="/shop.css"><body class="bare">${content}</body></html>`;
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
