/** Fills the catalogue, and fills it again as the reader searches. */
const list = document.querySelector('#books');
const result = document.querySelector('#result');
const search = document.querySelector('#search');
const chips = [...document.querySelectorAll('.chip')];

let latest = 0;

async function show() {
  const request = ++latest;
  list.setAttribute('aria-busy', 'true');
  const genre = chips.find((chip) => chip.getAttribute('aria-pressed') === 'true').dataset.genre;
  const response = await fetch(`/api/books?${new URLSearchParams({ text: search.value, genre })}`);
  const books = await response.json();
  if (request !== latest) return; // a newer search is under way
  list.replaceChildren(...books.map(card));
  list.setAttribute('aria-busy', 'false');
  result.textContent = books.length === 0 ? 'No such book, yet.' : books.length === 1 ? 'One book' : `${books.length} books`;
}

function card({ id, title, author, price }) {
  const item = document.createElement('li');
  item.className = 'card';
  item.innerHTML = `
    <a href="/books/${id}"><img class="cover" src="/covers/${id}.svg" alt="" width="180" height="270"><h2>${title}</h2></a>
    <p class="author">${author}</p>
    <p class="row"><span class="price">${price}</span><button data-add="${id}" aria-label="Add ${title} to the cart">Add</button></p>`;
  return item;
}

search.addEventListener('input', show);
for (const chip of chips) {
  chip.addEventListener('click', () => {
    for (const other of chips) other.setAttribute('aria-pressed', String(other === chip));
    show();
  });
}
list.addEventListener('click', async ({ target }) => {
  const id = target.dataset?.add;
  if (!id) return;
  const response = await fetch('/api/cart', { method: 'POST', body: new URLSearchParams({ book: id }) });
  document.querySelector('#cart-count').textContent = (await response.json()).count;
});
show();
