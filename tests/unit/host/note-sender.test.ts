/** Notes on tests go to their server in batches, in order, and nobody waits for them. */
import { expect, test } from 'vitest';
import { NoteSender } from '../../../src/host/remote-session';
import { ApiError } from '../../../src/contract/errors';
import type { TestNote } from '../../../src/contract/test-notes';

/** Takes what is sent; an answer that is an error is thrown. */
function taker(answers: (Error | undefined)[] = []): {
  sent: string[][];
  send: (notes: readonly TestNote[]) => Promise<void>;
} {
  const sent: string[][] = [];
  const send = async (notes: readonly TestNote[]): Promise<void> => {
    sent.push(notes.map((note) => ('title' in note ? note.title : 'other')));
    const answer = answers.shift();
    if (answer) throw answer;
  };
  return { sent, send };
}

const begins = (...titles: string[]): TestNote[] => titles.map((title) => ({ title }));
const refusal = (status: number): ApiError =>
  new ApiError('No.', { code: 'request_failed', method: 'POST', path: '/', status });

test('what comes together goes together, and by itself', async () => {
  const { sent, send } = taker();
  const sender = new NoteSender(send);
  sender.add(begins('a'));
  sender.add(begins('b', 'c'));
  await expect.poll(() => sent).toEqual([['a', 'b', 'c']]);
});

test('flushing sends what waits, also what came while the last was sent', async () => {
  const { sent, send } = taker();
  const sender = new NoteSender(send);
  sender.add(begins('a'));
  const flushed = sender.flush();
  sender.add(begins('b'));
  await flushed;
  await sender.flush();
  expect(sent.flat()).toEqual(['a', 'b']);
});

test('what could not be sent is dropped, and the next goes its way', async () => {
  const { sent, send } = taker([refusal(503)]);
  const sender = new NoteSender(send);
  for (const title of ['a', 'b']) {
    sender.add(begins(title));
    await sender.flush();
  }
  expect(sent).toEqual([['a'], ['b']]);
});

test.each([404, 405, 501])('an API that answers %d is asked no more', async (status) => {
  const { sent, send } = taker([refusal(status)]);
  const sender = new NoteSender(send);
  for (const title of ['a', 'b']) {
    sender.add(begins(title));
    await sender.flush();
  }
  expect(sent).toEqual([['a']]);
});

test('a server that does not answer holds up no more than so many', async () => {
  let answer = (): void => {};
  const sent: number[] = [];
  const sender = new NoteSender(async (notes) => {
    sent.push(notes.length);
    await new Promise<void>((resolve) => (answer = resolve));
  });
  sender.add(begins('a'));
  const flushed = sender.flush();
  sender.add(begins(...Array<string>(9_000).fill('b')));
  while (sent.length < 5) {
    answer();
    await Promise.resolve();
  }
  answer();
  await flushed;
  expect(sent).toEqual([1, 1_000, 1_000, 1_000, 1_000]);
});
