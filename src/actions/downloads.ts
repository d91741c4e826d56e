/** Catches the download that a click starts. */
import { copyFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { ActionFailure } from './outcome';
import { orAfter } from '../base/deadline';
import type { ActionFiles, AwaitedDownload, BegunDownload, PageDriver } from './page-driver';

/** Chunk size of a file that is read from the browser, in bytes. */
const PIECE_BYTES = 1024 * 1024;
/** Maximum time between the browser's reports of a download to its clients, in milliseconds. */
const TOLD_MS = 1_000;

/** A running download: stored by the session, or to be saved to a path on this machine. */
export type CapturedDownload =
  BegunDownload | { suggestedName: string; save: (path: string) => Promise<void> };

/** Waits for a download. */
export interface DownloadCapture {
  download: Promise<CapturedDownload>;
  /** Restores the browser's settings. */
  end(): Promise<void>;
}

/**
 * Catches the next download of a page. If the session stores all downloads, waits for that. Otherwise the browser saves it for us, if
 * no other client is connected. Another client may have set the download folder, so we change nothing and fetch the URL again.
 */
export async function captureDownload(driver: PageDriver, page: Page): Promise<DownloadCapture> {
  const context = await contextOf(driver.cdp, page);
  const next = driver.files?.nextDownload?.();
  if (next && context.browserContextId === undefined)
    return { download: next.begun, end: async () => next.forget() };
  const capture = await (driver.isShared || !driver.isLocal
    ? captureUrl(page)
    : captureFile(driver, context));
  return next && driver.files ? keptOnce(capture, next, driver.files) : capture;
}

/**
 * In a context of another client, the browser may store the file because that client accepts downloads. Then we use that one to avoid a
 * duplicate.
 */
function keptOnce(
  capture: DownloadCapture,
  next: AwaitedDownload,
  files: ActionFiles,
): DownloadCapture {
  const once = async (): Promise<CapturedDownload> => {
    const captured = await capture.download;
    const begun = await orAfter(next.begun, TOLD_MS, undefined);
    if ('stored' in captured || !begun) return captured;
    const { suggestedName, save } = captured;
    return { stored: begun.stored.catch(() => files.storeDownload(safeName(suggestedName), save)) };
  };
  return {
    download: once(),
    end: async () => {
      next.forget();
      await capture.end();
    },
  };
}

/**
 * Downloads a URL into a file as the page would: with its cookies, and without CORS.
 * @throws {@link ActionFailure} if the download fails
 */
export async function saveUrl(page: Page, url: string, path: string): Promise<void> {
  if (!/^https?:/.test(url)) {
    await writeFile(path, Buffer.from(await fetchInPage(page, url), 'base64'));
    return;
  }
  const cdp = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await cdp.send('Page.getFrameTree');
    const { resource } = await cdp.send('Network.loadNetworkResource', {
      frameId: frameTree.frame.id,
      url,
      options: { disableCache: false, includeCredentials: true },
    });
    if (!resource.success || resource.stream === undefined)
      throw new ActionFailure(
        `The file could not be loaded: ${resource.netErrorName ?? `status ${resource.httpStatusCode ?? 'unknown'}`}.`,
      );
    await saveStream(cdp, resource.stream, path);
  } finally {
    await cdp.detach().catch(() => {}); // closed with its page
  }
}

async function captureUrl(page: Page): Promise<DownloadCapture> {
  const cdp = await page.context().newCDPSession(page);
  const download = new Promise<CapturedDownload>((resolve) => {
    cdp.once('Page.downloadWillBegin', ({ url, suggestedFilename }) =>
      resolve({ suggestedName: suggestedFilename, save: (path) => saveUrl(page, url, path) }),
    );
  });
  await cdp.send('Page.enable');
  return { download, end: () => cdp.detach().catch(() => {}) }; // gone with its page
}

async function captureFile(
  { cdp, workDir }: PageDriver,
  context: ContextName,
): Promise<DownloadCapture> {
  const folder = await mkdtemp(join(workDir, 'sessionwright-download-'));
  let listener: ((event: { guid: string; suggestedFilename: string }) => void) | undefined;
  const download = new Promise<CapturedDownload>((resolve) => {
    listener = ({ guid, suggestedFilename }) =>
      resolve({
        suggestedName: suggestedFilename,
        save: finishedDownload(cdp, guid, join(folder, guid)),
      });
    cdp.once('Browser.downloadWillBegin', listener);
  });
  const end = async (): Promise<void> => {
    if (listener) cdp.off('Browser.downloadWillBegin', listener);
    await cdp
      .send('Browser.setDownloadBehavior', {
        behavior: 'default',
        eventsEnabled: false,
        ...context,
      })
      .catch(() => {}); // the browser has ended
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await cdp.send('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: folder,
      eventsEnabled: true,
      ...context,
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { download, end };
}

/** Starts listening. The returned function waits for the end and copies the file. */
function finishedDownload(
  cdp: CDPSession,
  guid: string,
  file: string,
): (path: string) => Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    const onProgress = (event: { guid: string; state: string }): void => {
      if (event.guid !== guid || event.state === 'inProgress') return;
      cdp.off('Browser.downloadProgress', onProgress);
      if (event.state === 'completed') resolve();
      else reject(new ActionFailure('The download was cancelled by the browser.'));
    };
    cdp.on('Browser.downloadProgress', onProgress);
  });
  finished.catch(() => {}); // the function that saves it reports it
  return async (path) => {
    await finished;
    await copyFile(file, path);
  };
}

/** Parameter for a browser context; the default context has none. */
interface ContextName {
  browserContextId?: string;
}

/** Returns the parameter for the browser context of a page. */
async function contextOf(cdp: CDPSession, page: Page): Promise<ContextName> {
  const pageCdp = await page.context().newCDPSession(page);
  const [{ targetInfo }, { browserContextIds }] = await Promise.all([
    pageCdp.send('Target.getTargetInfo'),
    cdp.send('Target.getBrowserContexts'),
  ]);
  await pageCdp.detach();
  const id = targetInfo.browserContextId;
  return id !== undefined && browserContextIds.includes(id) ? { browserContextId: id } : {};
}

async function saveStream(cdp: CDPSession, handle: string, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let eof = false; !eof;) {
      const piece = await cdp.send('IO.read', { handle, size: PIECE_BYTES });
      await file.write(Buffer.from(piece.data, piece.base64Encoded ? 'base64' : 'utf8'));
      eof = piece.eof;
    }
  } finally {
    await file.close();
    await cdp.send('IO.close', { handle });
  }
}

/** Reads data that only the page can read, such as a `blob:` URL, as base64. */
function fetchInPage(page: Page, url: string): Promise<string> {
  return page.evaluate(async (address) => {
    const blob = await (await fetch(address)).blob();
    return new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve((reader.result as string).split(',')[1] ?? '');
      reader.onerror = () => reject(new Error('The file cannot be read.'));
      reader.readAsDataURL(blob);
    });
  }, url);
}

/** Returns a safe file name for the name that the page suggests. */
export function safeName(suggested: string): string {
  const name = basename(suggested.replaceAll('\\', '/')).replaceAll('\0', '');
  return name === '' || name === '.' || name === '..' ? 'download' : name;
}
