/** The booksellers' desk: questions come in, answers go out. */
const list = document.querySelector('#questions');
const quiet = document.querySelector('#quiet');

new EventSource('/api/desk/events').onmessage = ({ data }) => {
  const question = JSON.parse(data);
  if (document.getElementById(`question-${question.id}`)) return;
  const item = document.createElement('li');
  item.id = `question-${question.id}`;
  item.className = 'panel';
  const heading = document.createElement('h2');
  heading.textContent = question.text;
  const about = document.createElement('p');
  about.className = 'author';
  about.textContent = `on ${question.book}`;
  const form = document.createElement('form');
  form.innerHTML = '<label>Answer <input name="text" required></label><button class="primary">Send</button>';
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await fetch(`/api/questions/${question.id}/answer`, { method: 'POST', body: new URLSearchParams({ text: form.text.value }) });
    item.remove();
    quiet.hidden = list.children.length > 0;
  });
  item.append(heading, about, form);
  list.append(item);
  quiet.hidden = true;
};
