/** Everything wrong that a caller in JavaScript can give the client: refused by name, and nothing is sent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OptionsError, SessionsClient, type Session } from '../../../src/client/index';
import { encodeSession } from '../contract/wire';

const ID = '00000000-0000-4000-8000-000000000000';
let http: Server;
let client: SessionsClient;
let session: Session;
/** How many requests have come in. */
let requests = 0;

beforeAll(async () => {
  http = createServer((_, response) => {
    requests += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(encodeSession(INFO)));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  client = new SessionsClient({ apiUrl: `http://127.0.0.1:${port}`, apiKey: 'key', retries: 0 });
  session = await client.connect(ID);
});
afterAll(async () => {
  await client.close();
  http.close();
});

/** A call, what is wrong with it, and the beginning of what is said. */
type Wrong = [call: () => Promise<unknown>, path: string, message: RegExp];
/** Given by somebody without a compiler. */
const js = (value: unknown): never => value as never;

const wrong: Record<string, Wrong> = {
  'start: a word for a flag': [
    () => client.start(js({ headless: 'yes' })),
    'headless',
    /expected boolean/,
  ],
  'start: a number as text': [
    () => client.start(js({ idleTimeout: '60000' })),
    'idleTimeout',
    /expected whole minutes in milliseconds/,
  ],
  'start: an unknown field': [
    () => client.start(js({ headles: true })),
    'headles',
    /did you mean "headless"/,
  ],
  "start: the client's own": [
    () => client.start(js({ cookiefile: 'x' })),
    'cookiefile',
    /did you mean "cookieFile"/,
  ],
  'start: a name of the wire': [
    () => client.start(js({ idle_timeout_minutes: 3 })),
    'idle_timeout_minutes',
    /did you mean "idleTimeout"/,
  ],
  'start: a viewport that is none': [
    () => client.start(js({ viewport: '800x600' })),
    'viewport',
    /expected object/,
  ],
  'start: more than a viewport': [
    () => client.start(js({ viewport: { width: 8, height: 8, hight: 8 } })),
    'viewport.hight',
    /did you mean "height"/,
  ],
  'start: a field of a field': [
    () => client.start(js({ profile: { id: 'x', presist: true } })),
    'profile.presist',
    /did you mean "persist"/,
  ],
  'start: no object': [() => client.start(js(null)), '', /expected object/],
  'start: a file that is none': [() => client.start(js({ cookieFile: 5 })), 'cookieFile', /string/],
  'list: an unknown field': [
    () => client.list(js({ onlyactive: true })),
    'onlyactive',
    /did you mean "onlyActive"/,
  ],
  'list: a word for a flag': [
    () => client.list(js({ onlyActive: 'no' })),
    'onlyActive',
    /expected boolean/,
  ],
  'list: no status': [() => client.list(js({ status: 'done' })), 'status', /"active"/],
  'list: no object': [() => client.list(js('active')), '', /expected an object/],
  'connect: an unknown field': [
    () => client.connect(ID, js({ stopOnClose: true })),
    'stopOnClose',
    /unknown field/,
  ],
  'status: no id': [() => client.status(js(undefined)), 'sessionId', /must be a text/],
  'stop: an empty id': [() => client.stop(''), 'sessionId', /must be a text/],
  'observe: an unknown field': [
    () => session.observe(js({ URL: 'x' })),
    'URL',
    /did you mean "url"/,
  ],
  'observe: a wrong type': [() => session.observe(js({ url: 5 })), 'url', /expected string/],
  'scrape: an unknown field': [
    () => session.scrape(js({ scrapeLink: true })),
    'scrapeLink',
    /did you mean "scrapeLinks"/,
  ],
  'scrape: a word for a flag': [
    () => session.scrape(js({ onlyImages: 'true' })),
    'onlyImages',
    /expected boolean/,
  ],
  'execute: an unknown field': [
    () => session.execute(js({ type: 'goto', link: 'x' })),
    'url',
    /expected string/,
  ],
  'execute: a number as text': [
    () => session.execute(js({ type: 'wait', time: '5' })),
    'time',
    /expected number/,
  ],
  'execute: nothing': [() => session.execute(js(undefined)), '', /expected an object/],
  'debugInfo: an unknown field': [
    () => session.debugInfo(js({ updateMetaData: true })),
    'updateMetaData',
    /did you mean "updateMetadata"/,
  ],
  'setCookies: no list': [() => session.setCookies(js('a=b')), 'cookies', /expected array/],
  'setCookies: a word for a flag': [
    () =>
      session.setCookies(
        js([{ name: 'a', value: 'b', domain: 'c', path: '/', httpOnly: 'false' }]),
      ),
    'cookies.0.httpOnly',
    /expected boolean/,
  ],
  'replay: an unknown field': [
    () => session.replay(js({ timeoutMs: 5 })),
    'timeoutMs',
    /did you mean "timeout"/,
  ],
  'replay: a wrong type': [
    () => session.replay(js({ timeout: '5' })),
    'timeout',
    /number of milliseconds/,
  ],
  'networkLogs: an unknown field': [
    () => session.networkLogs(js({ from: new Date() })),
    'from',
    /unknown field/,
  ],
  'networkLogs: a wrong type': [
    () => session.networkLogs(js({ since: '2026' })),
    'since',
    /expected date/,
  ],
  'workflowCode: an unknown field': [
    () => session.workflowCode(js({ as_workflow: true })),
    'as_workflow',
    /did you mean "asWorkflow"/,
  ],
  'profiles: an unknown field': [
    () => client.profiles.create(js({ title: 'x' })),
    'title',
    /unknown field/,
  ],
  'profiles: a wrong type': [
    () => client.profiles.create(js({ name: 5 })),
    'name',
    /expected string/,
  ],
  'profiles: no page': [
    () => client.profiles.list(js({ pagesize: 5 })),
    'pagesize',
    /did you mean "pageSize"/,
  ],
  'profiles: no mode': [
    () => client.profiles.setCookies('p', [], js({ mode: 'add' })),
    'mode',
    /"append"/,
  ],
  'profiles: no id': [() => client.profiles.get(js(5)), 'profileId', /must be a text/],
  'files: an unknown field': [
    () => client.files.download('a.txt', '/nowhere', js({ forced: true })),
    'forced',
    /did you mean "force"/,
  ],
  'files: no place': [() => client.files.download('a.txt', js(undefined)), 'to', /expected string/],
  'files: no file': [() => client.files.upload(js({ name: 'a.txt' })), 'content', /Invalid input/],
  'files: no name': [() => client.files.download(js(5), '/nowhere'), 'name', /expected string/],
  'files of a session: an unknown field': [
    () => session.files.download('a.txt', '/nowhere', js({ forced: true })),
    'forced',
    /did you mean "force"/,
  ],
  'list: a name of the wire': [
    () => client.list(js({ only_active: true })),
    'only_active',
    /did you mean "onlyActive"/,
  ],
  'list: a number as text': [() => client.list(js({ page: '2' })), 'page', /expected number/],
  'observe: a name of the wire': [
    () => session.observe(js({ max_nb_actions: 5 })),
    'max_nb_actions',
    /did you mean "maxNbActions"/,
  ],
  'scrape: a name of the wire': [
    () => session.scrape(js({ only_images: true })),
    'only_images',
    /did you mean "onlyImages"/,
  ],
  'execute: a name of the wire': [
    () => session.execute(js({ type: 'wait', time_ms: 5 })),
    'time_ms',
    /did you mean "time"/,
  ],
  'execute: a field too many': [
    () => session.execute(js({ type: 'wait', time: 5, untilMs: 7 })),
    'untilMs',
    /unknown field/,
  ],
  'workflowCode: a wrong type': [
    () => session.workflowCode(js({ asWorkflow: 'yes' })),
    'asWorkflow',
    /expected boolean/,
  ],
  'debugInfo: a wrong type': [
    () => session.debugInfo(js({ updateMetadata: 'no' })),
    'updateMetadata',
    /expected boolean/,
  ],
  'profiles: cookies that are no list': [
    () => client.profiles.setCookies('p', js('a=b')),
    'cookies',
    /expected array/,
  ],
  'profiles: an unknown field of a copy': [
    () => client.profiles.duplicate('p', js({ title: 'x' })),
    'title',
    /unknown field/,
  ],
  ...Object.fromEntries(
    Object.entries({
      connect: () => client.connect(ID, js(null)),
      list: () => client.list(js(null)),
      observe: () => session.observe(js(null)),
      scrape: () => session.scrape(js(null)),
      debugInfo: () => session.debugInfo(js(null)),
      replay: () => session.replay(js(null)),
      networkLogs: () => session.networkLogs(js(null)),
      workflowCode: () => session.workflowCode(js(null)),
      'profiles.create': () => client.profiles.create(js(null)),
      'profiles.list': () => client.profiles.list(js(null)),
    }).map(([name, call]): [string, Wrong] => [
      `${name}: null`,
      [call, '', /expected (an )?object/],
    ]),
  ),
};

test.each(Object.entries(wrong))('%s', async (_, [call, path, message]) => {
  const before = requests;
  const error: unknown = await call().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OptionsError);
  expect(error).toMatchObject({ path, message: expect.stringMatching(message) as unknown });
  expect(requests).toBe(before);
});

test.each([
  [{ handleSignals: 'no' }, 'handleSignals'],
  [{ onStart: 5 }, 'onStart'],
  [{ apiUrl: 5 }, 'apiUrl'],
  [{ retries: '3' }, 'retries'],
])('a client is not made with %j', (options, path) => {
  expect(() => new SessionsClient({ apiKey: 'key', ...options } as never)).toThrow(
    expect.objectContaining({ name: 'OptionsError', path }),
  );
});

const at = new Date(0);
const INFO: Parameters<typeof encodeSession>[0] = {
  id: ID,
  status: 'active',
  createdAt: at,
  closedAt: null,
  lastAccessedAt: at,
  duration: 0,
  idleTimeout: 180_000,
  maxDuration: 900_000,
  steps: [],
  error: null,
  proxies: false,
  channel: 'chromium',
  useFileStorage: true,
  networkRequestBytes: 0,
  networkResponseBytes: 0,
  userAgent: null,
  viewport: null,
  headless: true,
  solveCaptchas: null,
  cdpUrl: 'ws://127.0.0.1:1/cdp',
  playwrightUrl: null,
  playwrightVersion: null,
  downloadsPath: null,
  viewerUrl: null,
  webBotAuth: false,
  authIds: [],
  systemHidden: false,
  idempotencyKey: null,
};
