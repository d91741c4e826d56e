/** The small site that the benchmark's tests visit: a form, a catalogue that loads over fetch, a cart. Served from memory on loopback. */
import { createServer } from 'node:http';

const PRODUCTS = Array.from({ length: 24 }, (_, index) => ({
  id: index + 1,
  name: `Product ${index + 1}`,
  group: index % 2 === 0 ? 'tools' : 'paint',
  price: 5 + index,
}));

const STYLE = `<style>
  body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; }
  ul { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem; list-style: none; padding: 0; }
  li { border: 1px solid #ccc; border-radius: 6px; padding: 1rem; }
</style>`;

const page = (title, body) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${STYLE}</head><body><nav><a href="/">Home</a> <a href="/catalogue">Catalogue</a></nav><h1>${title}</h1>${body}</body></html>`;

const PAGES = {
  '/': page(
    'Workshop',
    `
    <form onsubmit="event.preventDefault(); out.textContent = 'Hello, ' + first.value + ' ' + last.value + (news.checked ? ' (news)' : '') + ', ' + country.value">
      <label>First name <input id="first"></label> <label>Last name <input id="last"></label>
      <label>Country <select id="country"><option>Norway</option><option>Kenya</option></select></label>
      <label><input type="checkbox" id="news"> News</label> <button>Send</button>
    </form><output id="out"></output>`,
  ),
  '/catalogue': page(
    'Catalogue',
    `
    <label>Search <input id="search" oninput="show()"></label> <span>In the cart: <b id="count">0</b></span><ul id="list"></ul>
    <script>
      let products = [];
      const show = () => {
        list.replaceChildren(...products.filter((p) => p.name.includes(search.value)).map((p) => {
          const item = document.createElement('li');
          item.innerHTML = '<h2>' + p.name + '</h2><p>' + p.price + ' €</p><button>Add ' + p.name + '</button>';
          item.querySelector('button').onclick = () => { count.textContent = Number(count.textContent) + 1; localStorage.cart = count.textContent; };
          return item;
        }));
      };
      fetch('/api/products').then((answer) => answer.json()).then((answer) => { products = answer; show(); });
    </script>`,
  ),
  // 20 requests: the page, and 19 that its script makes at once.
  '/twenty': page(
    'Twenty',
    `<script>
      const asked = Array.from({ length: 19 }, (_, index) => fetch('/api/products?' + index).then((answer) => answer.json()));
      Promise.all(asked).then((answers) => { document.title = answers.length + 1 + ' requests'; });
    </script>`,
  ),
};

/**
 * Serves the site.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startApp() {
  const server = createServer((request, response) => {
    const [path] = request.url.split('?');
    if (path === '/api/products')
      return void response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(PRODUCTS));
    const body = PAGES[path];
    response.writeHead(body ? 200 : 404, { 'content-type': 'text/html' }).end(body ?? 'not found');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
