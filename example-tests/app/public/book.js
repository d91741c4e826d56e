/** One book: into the cart, its opening in a small window, and a question to the bookseller. */
document.querySelector('[data-add]').addEventListener('click', async ({ target }) => {
  const response = await fetch('/api/cart', { method: 'POST', body: new URLSearchParams({ book: target.dataset.add }) });
  document.querySelector('#cart-count').textContent = (await response.json()).count;
  target.textContent = 'In the cart';
});

document.querySelector('[data-popup]').addEventListener('click', (event) => {
  event.preventDefault();
  window.open(event.currentTarget.href, 'opening', 'width=560,height=520');
});

const form = document.querySelector('#ask');
const answer = document.querySelector('#answer');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const response = await fetch('/api/questions', { method: 'POST', body: new URLSearchParams({ book: form.dataset.book, text: form.text.value }) });
  const { id } = await response.json();
  form.reset();
  answer.textContent = 'A bookseller is thinking about it ...';
  const events = new EventSource(`/api/questions/${id}/events`);
  events.onmessage = ({ data }) => {
    const question = JSON.parse(data);
    answer.textContent = `${question.by}: ${question.answer}`;
    events.close();
  };
});
