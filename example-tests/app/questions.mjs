/** Questions that readers ask and booksellers answer, sent to open pages at once (server-sent events). */
import { EventEmitter } from 'node:events';
import { findBook } from './books.mjs';

const asked = new Map();
const news = new EventEmitter().setMaxListeners(0);

export const questions = {
  ask(bookId, text) {
    const question = { id: String(asked.size + 1), book: findBook(bookId)?.title ?? '', text };
    asked.set(question.id, question);
    news.emit('asked', question);
    return question;
  },

  answer(id, text, by) {
    const question = asked.get(id);
    if (!question) return {};
    Object.assign(question, { answer: text, by });
    news.emit('answered', question);
    return question;
  },

  /** Sends the answer to one question to a reader's page. */
  follow(id, response) {
    const tell = (question) => question?.id === id && question.answer && send(response, question);
    stream(response, 'answered', tell);
    tell(asked.get(id));
    return 'streaming';
  },

  /** Sends every open question to the desk, and each new one. */
  followAll(response) {
    stream(response, 'asked', (question) => send(response, question));
    for (const question of asked.values()) if (!question.answer) send(response, question);
    return 'streaming';
  },
};

function stream(response, event, tell) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(':\n\n');
  news.on(event, tell);
  response.on('close', () => news.off(event, tell));
}

function send(response, question) {
  response.write(`data: ${JSON.stringify(question)}\n\n`);
}
