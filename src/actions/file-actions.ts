/** Actions with files: uploads into the page, and downloads from it. */
import type { ActionOf } from '../contract/actions';
import { clickElement, interact, type Interaction } from './interactions';
import { captureDownload, safeName, saveUrl, type CapturedDownload } from './downloads';
import { ActionFailure, done, type Outcome } from './outcome';
import type { ActionFiles, PageDriver } from './page-driver';

/** Element id of a page that is a raw file. */
const RAW_FILE_ID = 'I0';

/**
 * Sets an uploaded file on a file input, or in the file chooser that a click opens.
 * @throws {@link ActionFailure} if the file is not in the storage
 */
export async function uploadFile(
  driver: PageDriver,
  action: ActionOf<'upload_file'>,
): Promise<Outcome> {
  const path = await filesOf(driver).upload(action.filePath);
  if (path === undefined)
    throw new ActionFailure(
      `There is no uploaded file '${action.filePath}'. Upload it first, and give its name as it is in the upload storage.`,
    );
  return interact(driver, action, async (interaction) => {
    const { locator, page, time, name } = interaction;
    const takesFiles = await locator.evaluate(isFileInput, undefined, { timeout: time.left() });
    if (takesFiles) await locator.setInputFiles(path, { timeout: time.left() });
    else {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser', { timeout: time.left() }),
        clickElement(interaction),
      ]);
      await chooser.setFiles(path, { timeout: time.left() });
    }
    return `Gave ${action.filePath} to ${name}.`;
  });
}

/**
 * Stores the download of a click, or the raw file that the page is.
 * @throws {@link ActionFailure} without an element, if the page is not a raw file
 */
export async function downloadFile(
  driver: PageDriver,
  action: ActionOf<'download_file'>,
): Promise<Outcome> {
  const files = filesOf(driver);
  const page = await driver.page();
  if (isWholePage(action) && (await page.evaluate(() => document.contentType)) !== 'text/html') {
    const url = page.url();
    return stored(files, { suggestedName: nameIn(url), save: (path) => saveUrl(page, url, path) });
  }
  if (action.selector === undefined && action.id === RAW_FILE_ID)
    throw new ActionFailure(
      `The page ${page.url()} is no raw file. Give the element whose click downloads one.`,
    );
  let outcome: Outcome | undefined;
  await interact(driver, action, async (interaction) => {
    outcome = await clickAndStore(interaction, files);
    return '';
  });
  return outcome ?? done('');
}

/** Runs in the page. Returns the input of a label. */
function isFileInput(element: Element): boolean {
  const input = element instanceof HTMLLabelElement ? element.control : element;
  return input instanceof HTMLInputElement && input.type === 'file';
}

async function clickAndStore(interaction: Interaction, files: ActionFiles): Promise<Outcome> {
  const { driver, page, time } = interaction;
  const capture = await captureDownload(driver, page);
  try {
    const [download] = await Promise.all([
      time.guard(capture.download, `Waiting for a download after the click on ${interaction.name}`),
      clickElement(interaction),
    ]);
    return await stored(files, download);
  } finally {
    await capture.end();
  }
}

async function stored(files: ActionFiles, download: CapturedDownload): Promise<Outcome> {
  const name =
    'stored' in download
      ? await download.stored
      : await files.storeDownload(safeName(download.suggestedName), download.save);
  return done(`Downloaded ${name}.`);
}

function filesOf(driver: PageDriver): ActionFiles {
  if (driver.files) return driver.files;
  throw new ActionFailure('This session has no file storage. Start it with use_file_storage.');
}

function isWholePage({ id, selector }: ActionOf<'download_file'>): boolean {
  if (selector === undefined) return id === RAW_FILE_ID;
  const { cssSelector, playwrightSelector } =
    typeof selector === 'string'
      ? { cssSelector: selector, playwrightSelector: selector }
      : selector;
  return ['body', 'html'].some((whole) => whole === cssSelector || whole === playwrightSelector);
}

/** Returns the last segment of a URL's path. */
function nameIn(url: string): string {
  const part = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
