/** Uploads and downloads by actions, with files in a real folder. */
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { executeAction } from '../../../src/actions/execute-action';
import { PageDriver } from '../../../src/actions/page-driver';
import { decodeAction } from '../../../src/contract/actions';
import type { ExecutionResult } from '../../../src/contract/execution';
import type { TestApi } from '../server/api';
import { startApi } from '../server/api';
import type { Site } from '../server/site';
import { startSite } from '../server/site';

let api: TestApi;
let site: Site;
let folder: string;
let cdpUrl: string;
let driver: PageDriver;
let isShared = false;
let other: Browser | undefined;

beforeEach(async () => {
  [api, site, folder] = await Promise.all([
    startApi(),
    startSite(),
    mkdtemp(join(tmpdir(), 'sessionwright-files-')),
  ]);
  const { body } = await api.call('POST', '/sessions/start', { body: {} });
  cdpUrl = body['cdp_url'] as string;
  driver = await connect();
});
afterEach(async () => {
  await driver.close();
  await Promise.all([
    api.server.close(),
    site.close(),
    rm(folder, { recursive: true, force: true }),
  ]);
});

function connect(): Promise<PageDriver> {
  const upload = async (name: string): Promise<string | undefined> => {
    const path = join(folder, name);
    return access(path).then(
      () => path,
      () => undefined,
    );
  };
  const storeDownload = async (
    name: string,
    save: (path: string) => Promise<void>,
  ): Promise<string> => {
    await save(join(folder, name));
    return name;
  };
  return PageDriver.connect({
    cdpUrl,
    isLocal: true,
    isShared: () => isShared,
    files: { upload, storeDownload },
  });
}

const execute = (action: object): Promise<ExecutionResult> =>
  driver.run(() => executeAction(driver, decodeAction(action)));
const open = (path: string) => execute({ type: 'goto', url: site.url + path });
const stored = async (name: string) => readFile(join(folder, name), 'utf8');

test('an uploaded file is given to an input, and to a chooser', async () => {
  await writeFile(join(folder, 'cv.txt'), 'my life');
  await open('/files');
  for (const selector of ['#input', '#chooser']) {
    expect(await execute({ type: 'upload_file', selector, file_path: 'cv.txt' })).toMatchObject({
      success: true,
      exception: null,
    });
    expect(
      await execute({
        type: 'evaluate_js',
        code: 'input.files[0].text().then((text) => { input.value = ""; return text })',
      }),
    ).toMatchObject({ data: { markdown: 'my life' } });
  }
  expect(
    await execute({ type: 'upload_file', selector: '#input', file_path: 'none.txt' }),
  ).toMatchObject({
    success: false,
    exception: expect.stringContaining("no uploaded file 'none.txt'") as unknown,
  });
});

describe.each([
  ['alone', false],
  ['beside another client', true],
])('%s', (_, shared) => {
  beforeEach(async () => {
    isShared = shared;
    if (shared) other = await chromium.connectOverCDP(cdpUrl); // says where downloads go
  });
  afterEach(async () => {
    await other?.close();
    other = undefined;
    isShared = false;
  });

  test.each([
    ['#get', 'report.txt', 'the report'],
    ['#evil', '_.._evil.txt', 'evil'], // as Chromium cleans it
    ['#blob', 'note.txt', 'from a blob'],
  ])('the download of %s is stored as %s', async (selector, name, content) => {
    await open('/files');
    expect(await execute({ type: 'download_file', selector })).toMatchObject({
      success: true,
      exception: null,
      message: `Downloaded ${name}.`,
    });
    expect(await readdir(folder)).toEqual([name]);
    expect(await stored(name)).toBe(content);
  });

  test('a page that is a raw file is stored', async () => {
    for (const target of [{ id: 'I0' }, { selector: 'body' }]) {
      await open('/raw.json');
      expect(await execute({ type: 'download_file', ...target })).toMatchObject({ success: true });
      expect(await stored('raw.json')).toBe('{"raw":true}');
    }
  });

  test('a click that downloads nothing fails in time', async () => {
    await open('/form');
    expect(
      await execute({ type: 'download_file', selector: '#count', timeout: 3_000 }),
    ).toMatchObject({ success: false, exception: expect.stringContaining('3000 ms') as unknown });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('alone, the answer to a form is stored too', async () => {
  await open('/files');
  expect(await execute({ type: 'download_file', selector: '#post' })).toMatchObject({
    success: true,
  });
  expect(await stored('posted.txt')).toBe('posted');
  expect(site.posts).toEqual(['a=1']);
});
