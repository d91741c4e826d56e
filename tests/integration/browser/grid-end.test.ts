/** The end of a session on a Grid whose hub is away: its node ends it, and nobody else's word counts. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endGridSession } from '../../../src/browser/grid/grid-session';
import { GridWire } from '../../../src/browser/grid/grid-wire';
import { json, startScriptedApi, type Handler, type ScriptedApi } from '../client/scripted-api';

const AWAY: Handler = (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>');
const UNKNOWN: Handler = (_, response) =>
  json(response, 404, { value: { error: 'invalid session id', message: 'No session' } });
const DONE: Handler = (_, response) => json(response, 200, { value: null });
const STRANGER: Handler = (_, response) => response.writeHead(404).end('<h1>Not found</h1>');

let hub: ScriptedApi;
let node: ScriptedApi;
let answerOfHub: Handler;
let answerOfNode: Handler;

beforeEach(async () => {
  answerOfHub = AWAY;
  hub = await startScriptedApi((...call) => answerOfHub(...call));
  node = await startScriptedApi((...call) => answerOfNode(...call));
});
afterEach(async () => {
  await hub.close();
  await node.close();
});

const end = async (): Promise<boolean> =>
  endGridSession(new GridWire({ url: hub.url }), { id: 'a', nodeUrl: node.url });
const deletionsAt = ({ requests }: ScriptedApi): number =>
  requests.filter(({ method, url }) => method === 'DELETE' && url === '/session/a').length;

test.each([
  ['has ended it', DONE],
  ['has it no more', UNKNOWN],
])('a node that %s: it is over', async (_, answer) => {
  answerOfNode = answer;
  expect(await end()).toBe(true);
  expect(deletionsAt(hub)).toBe(1);
  expect(deletionsAt(node)).toBe(1);
});

test('somebody else at the address of the node: the hub is asked again', async () => {
  answerOfNode = (...call) => {
    answerOfHub = DONE; // it is back
    return STRANGER(...call);
  };
  expect(await end()).toBe(true);
  expect(deletionsAt(hub)).toBe(2);
});
