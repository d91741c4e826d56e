/** What pages download is kept, whoever made them do it; without file storage it goes with the session. Never does it get into the user's own folder. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import { findChromium } from '../../../src/browser/find-chromium';
import { startApi, type TestApi } from '../server/api';
import { startDriven, type DrivenSession } from '../server/driven-session';
import { startSite, type Site } from '../server/site';

let home: string;
/** The environment of browsers whose user has this home. */
let env: Record<string, string>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sessionwright-home-'));
  env = Object.fromEntries(
    Object.entries({ ...process.env, HOME: home, XDG_CONFIG_HOME: undefined }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  expect(existsSync(join(home, 'Downloads'))).toBe(false);
  await rm(home, { recursive: true, force: true });
});

test('without file storage, a click that downloads leaves nothing behind', async () => {
  const { executablePath } = await findChromium({ headless: false }); // the headless shell downloads nothing then
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', executablePath);
  const workDir = await mkdtemp(join(tmpdir(), 'sessionwright-work-'));
  const api = await startApi({ env, workDir });
  const files = async (): Promise<string[]> =>
    (await readdir(workDir, { recursive: true })).filter((name) => name.endsWith('note.txt'));
  try {
    const { body } = await api.call('POST', '/sessions/start', {
      body: { use_file_storage: false },
    });
    const path = `/sessions/${String(body['session_id'])}`;
    const link = `document.body.innerHTML = '<a id="get" download="note.txt" href="data:text/plain,hello">Get</a>'; 1`;
    await api.call('POST', `${path}/page/execute`, { body: { type: 'evaluate_js', code: link } });
    expect(
      await api.call('POST', `${path}/page/execute`, { body: { type: 'click', selector: '#get' } }),
    ).toMatchObject({ body: { success: true } });
    await eventually(async () => expect(await files()).toHaveLength(1));
    await api.call('DELETE', `${path}/stop`);
    expect(await files()).toEqual([]);
  } finally {
    await api.server.close();
    await rm(workDir, { recursive: true, force: true });
  }
});

describe('with file storage', () => {
  let api: TestApi;
  let site: Site;
  let session: DrivenSession;

  const kept = async (): Promise<string[]> => {
    const { body } = await api.call('GET', `/storage/${session.id}/downloads`);
    return (body['files'] as { name: string }[]).map(({ name }) => name.replace(/^[\d_]+-/, ''));
  };
  const contentOf = async (index: number): Promise<string> => {
    const { body } = await api.call('GET', `/storage/${session.id}/downloads`);
    const name = (body['files'] as { name: string }[])[index]?.name ?? '';
    const answer = await api.call('GET', `/storage/${session.id}/downloads/${name}`);
    return (await fetch(answer.body['url'] as string)).text();
  };

  beforeEach(async () => {
    [api, site] = await Promise.all([startApi({ env, workDir: home }), startSite()]);
    session = await startDriven(api);
    await session.succeed({ type: 'goto', url: `${site.url}/files` });
  });
  afterEach(() => Promise.all([api.server.close(), site.close()]));

  test('what a plain click downloads is kept, outlives the session, and is fetched', async () => {
    await session.succeed({ type: 'click', selector: '#get' });
    await expect.poll(kept).toEqual(['report.txt']);
    await session.succeed({ type: 'click', selector: '#post' });
    await expect.poll(kept).toHaveLength(2);
    await session.succeed({ type: 'download_file', selector: '#get' });
    expect((await kept()).map((name) => name.replace(/-2/, '')).sort()).toEqual([
      'posted.txt',
      'report.txt',
      'report.txt',
    ]);
    expect(site.posts).toEqual(['a=1']);
    await session.stop();
    expect(await kept()).toHaveLength(3);
    expect(await contentOf(0)).toMatch(/^(the report|posted)$/);
  });

  test('what a popup downloads is kept', async () => {
    await session.succeed({ type: 'click', selector: '#popup' });
    await expect.poll(kept).toEqual(['report.txt']);
  });

  test('what another client downloads is kept, and that one has it too; after it, clicks are kept again', async () => {
    const browser = await chromium.connectOverCDP(session.cdpUrl);
    const [page] = browser.contexts()[0]?.pages() ?? [];
    if (!page) throw new Error('The session has no page.');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#get')]);
    expect(await download.failure()).toBeNull();
    await expect.poll(kept).toEqual(['report.txt']);
    expect(await contentOf(0)).toBe('the report');
    await browser.close();
    await session.succeed({ type: 'click', selector: '#evil' });
    await expect.poll(kept).toHaveLength(2);
    const copies = (await readdir(home, { recursive: true })).filter((it) => it.includes('evil'));
    expect(copies).toHaveLength(1);
  });

  test('a file of a page in a context of another client is kept once, whether that takes downloads or not', async () => {
    const browser = await chromium.connectOverCDP(session.cdpUrl);
    for (const [count, acceptDownloads] of [true, false].entries()) {
      const context = await browser.newContext({ acceptDownloads });
      const page = await context.newPage();
      await page.goto(`${site.url}/files`);
      await session.succeed({ type: 'switch_tab', tab_index: 1 });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        session.succeed({ type: 'download_file', selector: '#get' }),
      ]);
      expect((await download.failure()) === null).toBe(acceptDownloads);
      expect(await kept()).toHaveLength(count + 1);
      await context.close();
    }
    await browser.close();
    await session.stop();
    expect(await kept()).toHaveLength(2);
  });
});
