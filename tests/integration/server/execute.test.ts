/** Every action, over HTTP, on a real browser. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';
import type { DrivenSession } from './driven-session';
import { startDriven } from './driven-session';
import type { Site } from './site';
import { startSite } from './site';

let api: TestApi;
let site: Site;
let session: DrivenSession;

beforeAll(async () => {
  [api, site] = await Promise.all([startApi(), startSite()]);
});
afterAll(() => Promise.all([api.server.close(), site.close()]));
beforeEach(async () => (session = await startDriven(api)));
afterEach(async () => {
  await session.stop();
});

const open = (path: string) => session.succeed({ type: 'goto', url: site.url + path });
const title = () => session.look('document.title');

describe('navigation', () => {
  test('goes, comes back, and loads again', async () => {
    await open('/');
    expect(
      await session.succeed({ type: 'goto', url: `${site.url}/`, category: 'c', description: 'd' }),
    ).toMatchObject({ action: { type: 'goto', url: `${site.url}/` } });
    await session.succeed({ type: 'click', selector: '#next' });
    expect(await title()).toBe('Next');
    await session.succeed({ type: 'go_back' });
    expect(await title()).toBe('Home');
    await session.succeed({ type: 'go_forward' });
    expect(await title()).toBe('Next');
    expect(await session.execute({ type: 'go_forward' })).toMatchObject({
      success: false,
      exception: 'There is no page to go forward to.',
      message: 'There is no page to go forward to.',
    });
    await session.look('document.title = "changed"');
    await session.succeed({ type: 'reload' });
    expect(await title()).toBe('Next');
  });

  test('an address that leads nowhere is a result', async () => {
    const result = await session.execute({ type: 'goto', url: 'http://127.0.0.1:1/' });
    expect(result).toMatchObject({
      success: false,
      exception: expect.stringContaining('ERR_') as unknown,
    });
    expect(result.exception).not.toMatch(/\u001b/);
    expect(await session.execute({ type: 'goto', url: 'nowhere.invalid' })).toMatchObject({
      success: false,
      message: expect.stringContaining('https://nowhere.invalid') as unknown,
    });
  });

  test('the next address is not met by the error page of the one before', async () => {
    for (let round = 0; round < 15; round++) {
      expect(await session.execute({ type: 'goto', url: 'http://127.0.0.1:1/' })).toMatchObject({
        success: false,
      });
      await open('/next');
    }
  });

  test('tabs are opened, switched and closed', async () => {
    await open('/');
    await session.succeed({ type: 'goto_new_tab', url: `${site.url}/next` });
    expect(await title()).toBe('Next');
    await session.succeed({ type: 'switch_tab', tab_index: 0 });
    expect(await title()).toBe('Home');
    await session.succeed({ type: 'switch_tab', tab_index: -1 });
    expect(await title()).toBe('Next');
    expect(await session.execute({ type: 'switch_tab', tab_index: 2 })).toMatchObject({
      success: false,
      exception: expect.stringContaining('no tab 2') as unknown,
      message: expect.stringContaining('no tab 2') as unknown,
    });
    await session.succeed({ type: 'close_tab' });
    expect(await title()).toBe('Home');
    await session.succeed({ type: 'close_tab' });
    expect(await session.look('location.href')).toBe('about:blank');
  });

  test('waits', async () => {
    const { started_at: from, ended_at: to } = await session.succeed({
      type: 'wait',
      time_ms: 120,
    });
    expect(Date.parse(to) - Date.parse(from)).toBeGreaterThanOrEqual(118);
  });
});

describe('elements', () => {
  beforeEach(() => open('/form'));

  test('are clicked by any kind of selector', async () => {
    for (const selector of [
      '#count',
      'css=#count',
      'xpath=//button[@id="count"]',
      { css_selector: '#count' },
      { xpath_selector: '//*[@id="count"]' },
      { css_selector: 'button', xpath_selector: '//*[@id="count"]' },
      { playwright_selector: 'button#count' },
    ]) {
      const { action } = await session.succeed({ type: 'click', selector });
      expect(action).toMatchObject({
        type: 'click',
        id: '',
        timeout: 15_000,
        selector: { in_iframe: false, iframe_parent_css_selectors: [] },
      });
    }
    expect(await session.look('document.getElementById("count").textContent')).toBe('7');
    await session.succeed({ type: 'click', selector: '~ Custom' });
    expect(await session.look('choice.dataset.chosen')).toBe('1');
  });

  test('a selector counts more than an id', async () => {
    const { body } = await api.call('POST', `/sessions/${session.id}/page/observe`, { body: {} });
    expect(JSON.stringify(body)).toContain('"B1"'); // the button "Go", which leaves the page
    await session.succeed({ type: 'click', id: 'B1', selector: '#count' });
    expect(await session.look('document.getElementById("count").textContent')).toBe('1');
    expect(await title()).toBe('Form');
  });

  test('an id means nothing before the first observation', async () => {
    expect(await session.post({ type: 'click', id: 'B1' })).toMatchObject({
      status: 409,
      body: { status: 409, code: 'not_observed' },
    });
  });

  test.each(['#off', '#inert', '#aria'])(
    '%s takes no clicks, which is told at once',
    async (selector) => {
      const {
        started_at: from,
        ended_at: to,
        ...result
      } = await session.execute({ type: 'click', selector });
      expect(result).toMatchObject({
        success: false,
        exception: result.message,
        message: expect.stringMatching(/disabled|inert/) as unknown,
      });
      expect(Date.parse(to) - Date.parse(from)).toBeLessThan(14_000); // it would wait for 15 s
    },
  );

  test('one that is not there is waited for, as long as was said', async () => {
    const {
      started_at: from,
      ended_at: to,
      ...result
    } = await session.execute({ type: 'click', selector: '#nothing', timeout: 400 });
    expect(result).toMatchObject({
      success: false,
      exception: expect.stringMatching(/Timeout \d+ms exceeded/) as unknown,
    });
    expect(Date.parse(to) - Date.parse(from)).toBeLessThan(14_000); // and not for 15 s
    expect(
      await session.execute({
        type: 'click',
        selector: { css_selector: '.twin', xpath_selector: '//b' },
        timeout: 300,
      }),
    ).toMatchObject({
      success: false,
      exception: expect.stringContaining('.twin matches 2') as unknown,
    });
    expect(await session.execute({ type: 'click', selector: '.twin', timeout: 300 })).toMatchObject(
      { success: false, exception: expect.stringContaining('strict mode') as unknown },
    );
    expect(await session.execute({ type: 'click', selector: '##', timeout: 300 })).toMatchObject({
      success: false,
    });
  });

  test('what comes after 8.5 seconds is in time: an element, for any longer timeout, and the end of a layer', async () => {
    const later = (what: string): string => `setTimeout(() => { ${what} }, 8500)`;
    const button =
      "document.body.insertAdjacentHTML('beforeend', '<button id=tardy>Tardy</button>')";
    const layer =
      'covered.onclick = (event) => (covered.dataset.byMouse = String(event.isTrusted))';
    const click = { type: 'click', selector: '#tardy' };
    const sessions = await Promise.all(
      [
        [later(button), { ...click, timeout: 0 }] as const,
        [later(button), { ...click, timeout: 20_000 }] as const,
        [
          `${layer}; ${later('covered.nextElementSibling.remove()')}`,
          { ...click, selector: '#covered' },
        ] as const,
      ].map(async ([script, action]) => {
        const own = await startDriven(api);
        await own.succeed({ type: 'goto', url: `${site.url}/form` });
        await own.look(script);
        await own.succeed(action);
        return own;
      }),
    );
    expect(await sessions[2]?.look('covered.dataset.byMouse')).toBe('true');
    await Promise.all(sessions.map(async (own) => own.stop()));
  });

  test('one under a layer that stays is clicked by script in the end', async () => {
    await session.succeed({ type: 'click', selector: '#covered', timeout: 3_000 });
    expect(await session.look('covered.dataset.hit')).toBe('1');
  });

  test('are filled, and Enter leads on', async () => {
    await session.succeed({ type: 'fill', selector: '#name', value: 'old' });
    await session.succeed({ type: 'fill', selector: '#name', value: 'new', clear: true });
    expect(await session.look('document.getElementById("name").value')).toBe('new');
    await session.succeed({ type: 'fallback_fill', selector: '#name', value: 'typed' });
    expect(await session.look('document.getElementById("name").value')).toBe('typed');
    await session.succeed({ type: 'fill', selector: '#name', value: 'a\tb' });
    expect(await session.look('document.getElementById("name").value')).toBe('a\tb');
    await session.succeed({ type: 'fill', selector: '#name', value: 'Ada', press_enter: true });
    expect(await session.look('location.pathname + location.search')).toBe('/sent?name=Ada');
  });

  test('a code is typed over its fields', async () => {
    await session.succeed({ type: 'multi_factor_fill', selector: '.digit >> nth=0', value: '123' });
    expect(
      await session.look('[...document.querySelectorAll(".digit")].map((it) => it.value).join("")'),
    ).toBe('123');
  });

  test('are checked and selected', async () => {
    await session.succeed({ type: 'check', selector: '#box', value: true });
    expect(await session.look('box.checked')).toBe('True');
    await session.succeed({ type: 'check', selector: '#box', value: 'false' });
    expect(await session.look('box.checked')).toBe('False');
    await session.succeed({ type: 'select_dropdown_option', selector: '#country', value: 'Kenya' });
    expect(await session.look('country.value')).toBe('ke');
    await session.succeed({ type: 'select_dropdown_option', selector: '#country', value: 'no' });
    expect(await session.look('country.value')).toBe('no');
    await session.succeed({
      type: 'select_dropdown_option',
      selector: '#country option >> nth=1',
      value: '',
    });
    expect(await session.look('country.value')).toBe('ke');
    await session.succeed({ type: 'select_dropdown_option', selector: '#choice', value: 'Custom' });
    expect(await session.look('choice.dataset.chosen')).toBe('1');
  });

  test('a link is followed to its page before the answer', async () => {
    await open('/');
    await session.succeed({ type: 'click', selector: '#slow' });
    expect(await title()).toBe('Slow');
  });
});

test('elements in iframes and shadow roots are reached', async () => {
  await open('/frames');
  await session.succeed({
    type: 'click',
    selector: {
      css_selector: '#in',
      in_iframe: true,
      iframe_parent_css_selectors: ['#outer', '#inner'],
    },
  });
  expect(
    await session.look(
      'outer.contentDocument.getElementById("inner").contentDocument.getElementById("in").textContent',
    ),
  ).toBe('clicked');
  await session.succeed({ type: 'click', selector: 'css=#deep' });
  expect(await session.look('host.shadowRoot.getElementById("deep").dataset.hit')).toBe('1');
});

test.each(['#blank', '#noopener', '#late'])(
  'a tab that %s opens is the current one',
  async (selector) => {
    await open('/popups');
    await session.succeed({ type: 'click', selector });
    await expect.poll(title).toBe('Next');
    await session.succeed({ type: 'close_tab' });
    expect(await title()).toBe('Popups');
  },
);

test('a tab that is announced and slow is waited for by the next call', async () => {
  await open('/popups');
  await session.succeed({ type: 'click', selector: '#slow' });
  expect(await title()).toBe('Slow');
});

test('keys and scrolling', async () => {
  await open('/form');
  await session.succeed({ type: 'click', selector: '#name' });
  await session.succeed({ type: 'press_key', key: 'x' });
  await session.succeed({ type: 'press_key', key: 'Enter' });
  expect(await session.look('location.search')).toBe('?name=x');
  expect(await session.execute({ type: 'press_key', key: 'NoKey' })).toMatchObject({
    success: false,
    exception: expect.stringContaining('NoKey') as unknown,
  });
  await open('/long');
  expect(await session.execute({ type: 'scroll_up' })).toMatchObject({
    success: false,
    exception: expect.stringContaining('does not scroll') as unknown,
  });
  await session.succeed({ type: 'scroll_down', amount: 300 });
  expect(await session.look('scrollY')).toBe('300');
  await session.succeed({ type: 'scroll_down' });
  expect(await session.look('scrollY === 300 + Math.round(innerHeight * 0.7)')).toBe('True');
  await session.succeed({ type: 'scroll_up', amount: 100 });
});

test('a form is filled by what its fields mean', async () => {
  await open('/person');
  await session.succeed({
    type: 'form_fill',
    value: {
      first_name: 'Ada',
      last_name: 'Lovelace',
      email: 'ada@example.test',
      password: 'secret',
      country: 'Kenya',
    },
  });
  expect(
    await session.look(
      '[...document.querySelectorAll("input, select")].map((it) => it.value).join(" ")',
    ),
  ).toBe('Ada Lovelace ada@example.test secret ke');
  expect(await session.execute({ type: 'form_fill', value: { cc_number: '4111' } })).toMatchObject({
    success: false,
    exception: null,
    message: expect.stringContaining('ccNumber') as unknown,
  });
});

test('results are steps of the session, and actions count as its use', async () => {
  const result = await open('/');
  const { body } = await api.call('GET', `/sessions/${session.id}`);
  expect(body['steps']).toEqual([{ type: 'execution_result', value: result }]);
});
