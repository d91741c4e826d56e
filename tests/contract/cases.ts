/**
 * The contract as one list: each case is a request and what its answer must be. Nothing in it knows our server, and every page is
 * made by the session itself, so the list runs against any server of the session API, wherever it is.
 */
import { expect } from 'vitest';

/** What earlier cases have learned. */
export interface Known {
  session: string;
  profile: string;
  url: string;
}

/** One request and its answer. */
export interface ContractCase {
  title: string;
  method: 'GET' | 'POST' | 'DELETE';
  path: string | ((known: Known) => string);
  body?: object | ((known: Known) => object);
  /** A file to send as multipart form data, under the field `file`. */
  file?: { name: string; content: string };
  /** Sent without the key. */
  open?: boolean;
  /** The status, and what the JSON body must match. */
  status: number | number[];
  answer?: unknown;
  /** Content type of the answer, when it is not JSON. */
  contentType?: string;
  /** What later cases need of it. */
  keep?: (body: Record<string, unknown>, known: Known) => void;
  /** Asked again for so long, in milliseconds, until it is right: for what a server finishes in its own time. */
  withinMs?: number;
}

const anything = expect.anything() as unknown;
const text = expect.any(String) as unknown;
const number = expect.any(Number) as unknown;
const utc = expect.stringMatching(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
) as unknown;
const like = (object: object): unknown => expect.objectContaining(object) as unknown;
const listOf = (...items: unknown[]): unknown => expect.arrayContaining(items) as unknown;
const containing = (part: string | RegExp): unknown =>
  (typeof part === 'string'
    ? expect.stringContaining(part)
    : expect.stringMatching(part)) as unknown;

const session =
  (rest = '') =>
  ({ session: id }: Known): string =>
    `/sessions/${id}${rest}`;
const execute = (title: string, body: object, answer: object): ContractCase => ({
  title: `execute: ${title}`,
  method: 'POST',
  path: session('/page/execute'),
  body,
  status: 200,
  answer: like({
    action: like({ type: (body as { type: string }).type }),
    message: text,
    started_at: utc,
    ended_at: utc,
    ...answer,
  }),
});
const done = { success: true, exception: null };
const error = (status: number): unknown => like({ status, message: text });

/** A page with one of each: written by the session itself, so no web server is needed. */
const PAGE = `<title>Shop</title><h1>Books</h1><nav><a href='#cart'>Cart</a></nav><label>Name <input id='name'></label>
  <label><input type='checkbox' id='gift'> Gift</label><select id='size' aria-label='Size'><option value='s'>Small</option><option value='l'>Large</option></select>
  <button id='buy' onclick="document.title='Bought'">Buy</button><button disabled>Sold out</button><main><p>A long story about books that everybody reads.</p></main>`;
const WRITE_PAGE = `document.open(); document.write(${JSON.stringify(PAGE)}); document.close(); 'ready'`;

const COOKIE = {
  name: 'login',
  value: 'v',
  domain: 'example.com',
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
  expires: 4_000_000_000,
};

/** In order: each builds on those before. */
export const cases: ContractCase[] = [
  {
    title: 'health needs no key',
    method: 'GET',
    path: '/health',
    open: true,
    status: 200,
    answer: anything,
  },
  {
    title: 'a call without a key',
    method: 'GET',
    path: '/sessions',
    open: true,
    status: 401,
    answer: error(401),
  },
  {
    title: 'the description of the API',
    method: 'GET',
    path: '/openapi.json',
    open: true,
    status: 200,
    answer: like({ openapi: containing(/^3\./), paths: anything }),
  },

  {
    title: 'start: a field that is wrong',
    method: 'POST',
    path: '/sessions/start',
    body: { max_duration_minutes: 'long' },
    status: 422,
    answer: like({
      status: 422,
      detail: listOf(like({ loc: listOf('max_duration_minutes'), msg: text, type: text })),
    }),
  },
  {
    title: 'start: idle over maximum',
    method: 'POST',
    path: '/sessions/start',
    body: { max_duration_minutes: 2 },
    status: 422,
    answer: error(422),
  },
  {
    title: 'start: width without height',
    method: 'POST',
    path: '/sessions/start',
    body: { viewport_width: 800 },
    status: 422,
    answer: error(422),
  },
  {
    title: 'start: what the official client sends',
    method: 'POST',
    path: '/sessions/start',
    body: {
      headless: true,
      solve_captchas: true,
      max_duration_minutes: 5,
      idle_timeout_minutes: 3,
      proxies: false,
      browser_type: 'chromium',
      use_file_storage: true,
      screenshot_type: 'last_action',
      web_bot_auth: false,
      auth_ids: [],
      wait_for_authentication: true,
    },
    status: 200,
    answer: like({
      session_id: text,
      status: 'active',
      created_at: utc,
      last_accessed_at: utc,
      idle_timeout_minutes: 3,
      max_duration_minutes: 5,
      timeout_minutes: 3,
      duration: containing(/^P/),
      closed_at: null,
    }),
    keep: (body, known) => (known.session = body['session_id'] as string),
  },
  {
    title: 'status',
    method: 'GET',
    path: session(),
    status: 200,
    answer: like({ status: 'active', steps: [], error: null }),
  },
  {
    title: 'status of an unknown session',
    method: 'GET',
    path: '/sessions/00000000-0000-4000-8000-000000000000',
    status: 404,
    answer: error(404),
  },
  {
    title: 'list',
    method: 'GET',
    path: '/sessions?only_active=true&page=1&page_size=10',
    status: 200,
    answer: like({
      items: listOf(like({ session_id: text })),
      page: 1,
      page_size: 10,
      has_next: expect.any(Boolean) as unknown,
    }),
  },
  {
    title: 'list, as Python spells it',
    method: 'GET',
    path: '/sessions/?only_active=True&page_size=10&page=1',
    status: 200,
    answer: like({ items: anything }),
  },
  {
    title: 'list: a page that is none',
    method: 'GET',
    path: '/sessions?page=0',
    status: 422,
    answer: error(422),
  },
  {
    title: 'debug',
    method: 'GET',
    path: session('/debug'),
    status: 200,
    answer: like({
      debug_url: text,
      ws: {
        cdp: containing(/^wss?:/),
        recording: containing(/^wss?:/),
        logs: containing(/^wss?:/),
      },
      tabs: anything,
    }),
  },
  {
    title: 'debug of a tab',
    method: 'GET',
    path: session('/debug/tab?tab_idx=0'),
    status: 200,
    answer: like({ metadata: like({ tab_id: 0, url: text }), debug_url: text, ws_url: text }),
  },

  {
    title: 'cookies: set',
    method: 'POST',
    path: session('/cookies'),
    body: { cookies: [COOKIE] },
    status: 200,
    answer: { success: true, message: text },
  },
  {
    title: 'cookies: get',
    method: 'GET',
    path: session('/cookies'),
    status: 200,
    answer: {
      cookies: listOf(like({ name: 'login', value: 'v', httpOnly: true, expires: number })),
    },
  },
  {
    title: 'cookies: a wrong one',
    method: 'POST',
    path: session('/cookies'),
    body: { cookies: [{ name: 'x' }] },
    status: 422,
    answer: error(422),
  },

  {
    title: 'execute: an id before any observation',
    method: 'POST',
    path: session('/page/execute'),
    body: { type: 'click', id: 'B1' },
    status: [400, 404, 409, 422],
    answer: like({ message: text }),
  },
  {
    title: 'execute: no such action',
    method: 'POST',
    path: session('/page/execute'),
    body: { type: 'dance' },
    status: 422,
    answer: error(422),
  },
  {
    title: 'execute: a field is missing',
    method: 'POST',
    path: session('/page/execute'),
    body: { type: 'fill', selector: '#name' },
    status: 422,
    answer: error(422),
  },
  execute(
    'evaluate_js',
    { type: 'evaluate_js', code: WRITE_PAGE },
    { ...done, data: like({ markdown: 'ready' }) },
  ),
  execute(
    'evaluate_js that fails',
    { type: 'evaluate_js', code: 'nothing.here' },
    { success: false, exception: null },
  ),
  execute('fill', { type: 'fill', selector: '#name', value: 'Ada' }, done),
  execute(
    'fill, as the command line sends it',
    { type: 'fill', id: '', selector: '#name', value: 'Ada', clear: true, press_enter: false },
    done,
  ),
  execute(
    'check',
    {
      type: 'check',
      selector: {
        css_selector: '#gift',
        xpath_selector: '',
        in_iframe: false,
        in_shadow_root: false,
        iframe_parent_css_selectors: [],
      },
      value: true,
    },
    done,
  ),
  execute(
    'select',
    { type: 'select_dropdown_option', selector: 'css=#size', value: 'Large' },
    done,
  ),
  execute(
    'what they did',
    {
      type: 'evaluate_js',
      code: "[document.querySelector('#name').value, document.querySelector('#gift').checked, document.querySelector('#size').value].join()",
    },
    { ...done, data: like({ markdown: 'Ada,true,l' }) },
  ),
  execute('wait', { type: 'wait', time_ms: 10 }, done),
  execute('press_key', { type: 'press_key', key: 'Tab' }, done),
  execute('completion', { type: 'completion', success: true, answer: 'fine' }, done),
  execute('help', { type: 'help', reason: 'stuck' }, { success: false }),
  execute(
    'a selector that finds nothing',
    { type: 'click', selector: '#nowhere', timeout: 300 },
    { success: false },
  ),
  execute('a tab that is not there', { type: 'switch_tab', tab_index: 7 }, { success: false }),

  {
    title: 'observe',
    method: 'POST',
    path: session('/page/observe'),
    body: { max_nb_actions: 100, perception_type: 'fast' },
    status: 200,
    answer: like({
      metadata: like({
        title: 'Shop',
        url: text,
        viewport: like({ viewport_width: number, total_height: number }),
        tabs: listOf(like({ tab_id: 0 })),
      }),
      screenshot: like({ raw: text, bboxes: anything }),
      space: like({
        description: containing('Buy'),
        interaction_actions: listOf(
          like({ type: 'click', id: 'B1' }),
          like({ type: 'fill', id: 'I1', value: anything }),
        ),
      }),
      started_at: utc,
      ended_at: utc,
    }),
  },
  execute('an observed id', { type: 'click', id: 'B2' }, done),
  execute(
    'an id that was not observed',
    { type: 'click', id: 'X1' },
    { success: false, message: containing("Action with id 'X1' is invalid"), exception: text },
  ),
  {
    title: 'scrape',
    method: 'POST',
    path: session('/page/scrape'),
    body: { scrape_links: true, response_format: null },
    status: 200,
    answer: like({ markdown: containing('A long story about books') }),
  },
  {
    title: 'scrape: only links removed',
    method: 'POST',
    path: session('/page/scrape'),
    body: { scrape_links: false, selector: 'nav' },
    status: 200,
    answer: like({ markdown: expect.not.stringContaining('#cart') as unknown }),
  },
  {
    title: 'screenshot',
    method: 'POST',
    path: session('/page/screenshot'),
    status: 200,
    contentType: 'image/jpeg',
  },
  {
    title: 'steps are kept',
    method: 'GET',
    path: session(),
    status: 200,
    answer: like({
      steps: listOf(like({ type: 'execution_result' }), like({ type: 'observation' })),
    }),
  },
  {
    title: 'offset',
    method: 'GET',
    path: session('/offset'),
    status: 200,
    answer: { offset: number },
  },
  {
    title: 'workflow code',
    method: 'GET',
    path: session('/workflow/code?as_workflow=false'),
    status: 200,
    answer: like({
      python_script: containing('Ada'),
      json_actions: listOf(like({ type: 'fill' })),
    }),
  },
  {
    title: 'workflow code: what is required',
    method: 'GET',
    path: session('/workflow/code'),
    status: 422,
    answer: error(422),
  },
  {
    title: 'notes on tests, which the cloud does not take',
    method: 'POST',
    path: session('/viewer/notes'),
    body: { now_ms: 1_790_000_000_000, notes: [{ title: 'a test' }, { outcome: 'passed' }] },
    status: [200, 404],
    answer: anything,
  },
  {
    title: 'a link to the page of all sessions, which the cloud does not have',
    method: 'POST',
    path: '/viewer/tickets',
    status: [200, 404],
    answer: anything,
  },
  {
    title: 'network logs',
    method: 'GET',
    path: session('/network/logs?download=True'),
    status: 200,
    answer: like({ session_id: text, total_batch_count: number, batches: anything }),
  },
  {
    title: 'replay of a session that runs',
    method: 'GET',
    path: session('/replay'),
    status: 404,
    answer: like({ status: 404, message: containing(/still active/) }),
  },

  {
    title: 'upload',
    method: 'POST',
    path: '/storage/uploads/contract-note.txt',
    file: { name: 'contract-note.txt', content: 'a note' },
    status: 200,
    answer: like({ success: true }),
  },
  {
    title: 'uploads',
    method: 'GET',
    path: '/storage/uploads',
    status: 200,
    answer: like({ files: listOf(like({ name: 'contract-note.txt', size: 6 })) }),
  },
  {
    title: 'upload: its URL',
    method: 'GET',
    path: '/storage/uploads/contract-note.txt',
    status: 200,
    answer: like({ url: containing(/^https?:/) }),
    keep: (body, known) => (known.url = body['url'] as string),
  },
  {
    title: 'upload: the file, without a key',
    method: 'GET',
    path: ({ url }) => url,
    open: true,
    status: 200,
    contentType: '',
  },
  {
    title: 'upload: a name that climbs',
    method: 'POST',
    path: '/storage/uploads/..%2F..%2Fetc%2Fpasswd',
    file: { name: 'x', content: 'x' },
    status: [400, 404, 422],
    answer: like({ message: text }),
  },
  execute(
    'upload_file',
    {
      type: 'evaluate_js',
      code: "document.body.insertAdjacentHTML('beforeend', '<input type=file id=file>'); 'ok'",
    },
    done,
  ),
  execute(
    'upload_file into the page',
    { type: 'upload_file', selector: '#file', file_path: 'contract-note.txt' },
    done,
  ),
  execute(
    'what was uploaded',
    { type: 'evaluate_js', code: "document.querySelector('#file').files[0].name" },
    { ...done, data: like({ markdown: 'contract-note.txt' }) },
  ),
  execute(
    'download_file',
    {
      type: 'evaluate_js',
      code: "document.body.insertAdjacentHTML('beforeend', '<a id=get download=report.txt href=\"data:text/plain,hello\">Get</a>'); 'ok'",
    },
    done,
  ),
  execute('download_file to storage', { type: 'download_file', selector: '#get' }, done),
  {
    title: 'downloads',
    method: 'GET',
    path: ({ session: id }) => `/storage/${id}/downloads`,
    status: 200,
    answer: like({ files: listOf(like({ name: containing(/report\.txt$/), size: 5 })) }),
  },

  {
    title: 'stop',
    method: 'DELETE',
    path: session('/stop'),
    status: 200,
    answer: like({ status: 'closed', closed_at: utc }),
  },
  {
    title: 'stop again',
    method: 'DELETE',
    path: session('/stop'),
    status: 200,
    answer: like({ status: 'closed' }),
  },
  {
    title: 'stop by POST',
    method: 'POST',
    path: session('/stop'),
    status: 200,
    answer: like({ status: 'closed' }),
  },
  {
    title: 'status after the end',
    method: 'GET',
    path: session(),
    status: 200,
    answer: like({ status: 'closed', closed_at: utc, viewer_url: null }),
  },
  {
    title: 'execute after the end',
    method: 'POST',
    path: session('/page/execute'),
    body: { type: 'wait', time_ms: 1 },
    status: [400, 404, 409, 410],
    answer: like({ message: text }),
  },
  {
    title: 'downloads outlive the session',
    method: 'GET',
    path: ({ session: id }) => `/storage/${id}/downloads`,
    status: 200,
    answer: like({ files: listOf(like({ name: containing(/report\.txt$/) })) }),
  },
  {
    title: 'replay',
    method: 'GET',
    path: session('/replay'),
    status: 200,
    withinMs: 60_000,
    answer: like({ mp4_url: containing(/^https?:/), expires_at: utc, video_duration_ms: number }),
    keep: (body, known) => (known.url = body['mp4_url'] as string),
  },
  {
    title: 'replay: the video, without a key',
    method: 'GET',
    path: ({ url }) => url,
    open: true,
    status: 200,
    contentType: 'video/mp4',
  },

  {
    title: 'profile: create',
    method: 'POST',
    path: '/profiles/create',
    body: { name: 'contract' },
    status: 200,
    answer: like({
      profile_id: containing(/^notte-profile-[0-9a-f]{16}$/),
      name: 'contract',
      created_at: utc,
      persisted_domains: [],
    }),
    keep: (body, known) => (known.profile = body['profile_id'] as string),
  },
  {
    title: 'profile: get',
    method: 'GET',
    path: ({ profile }) => `/profiles/${profile}`,
    status: 200,
    answer: like({ name: 'contract' }),
  },
  {
    title: 'profile: list',
    method: 'GET',
    path: '/profiles?page=1&page_size=20&name=contract&only_active=true',
    status: 200,
    answer: like({ items: listOf(like({ name: 'contract' })) }),
  },
  {
    title: 'profile: cookies',
    method: 'POST',
    path: ({ profile }) => `/profiles/${profile}/cookies`,
    body: { cookies: [COOKIE], mode: 'replace' },
    status: 200,
    answer: like({ success: true, mode: 'replace', cookies_count: 1 }),
  },
  {
    title: 'start on a profile',
    method: 'POST',
    path: '/sessions/start',
    body: ({ profile }) => ({ profile: { id: profile, persist: false } }),
    status: 200,
    answer: like({ status: 'active' }),
    keep: (body, known) => (known.session = body['session_id'] as string),
  },
  {
    title: 'the profile is in the session',
    method: 'GET',
    path: session('/cookies'),
    status: 200,
    answer: { cookies: listOf(like({ name: 'login' })) },
  },
  {
    title: 'stop it',
    method: 'DELETE',
    path: session('/stop'),
    status: 200,
    answer: like({ status: 'closed' }),
  },
  {
    title: 'profile: delete',
    method: 'DELETE',
    path: ({ profile }) => `/profiles/${profile}`,
    status: 200,
    answer: { success: true, message: text },
  },
  {
    title: 'profile: deleted',
    method: 'GET',
    path: ({ profile }) => `/profiles/${profile}`,
    status: 400,
    answer: error(400),
  },
  {
    title: 'profile: unknown',
    method: 'GET',
    path: '/profiles/notte-profile-0000000000000000',
    status: 404,
    answer: error(404),
  },
];
