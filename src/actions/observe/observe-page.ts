/** Observes a page: its content, its possible actions, and a picture. */
import { setImmediate } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';
import { orAfter } from '../../base/deadline';
import type { NodeSelectors } from '../../contract/actions';
import type { Observation, ObservedElement, ObservedTab } from '../../contract/observation';
import { withPageDeadline } from '../deadline';
import { readAgain } from '../read-again';
import type { ElementSnapshot } from '../snapshot';
import { allNodes, ariaTree } from './aria-tree';
import { describePage } from './describe-page';
import type { FrameFacts } from './frame-facts';
import { frameFacts } from './frame-facts';
import { checkSize, tooLarge } from './size-limits';
import { findSelectors } from './find-selectors';
import type { FactsByFrame, FoundElement, PagePart } from './read-tree';
import { readTree } from './read-tree';

/** Time limit of an observation, in milliseconds: less than clients wait for an answer (45 s). */
const OBSERVE_TIMEOUT_MS = 20_000;
/** Time limit of a frame, or of the title of a tab, in milliseconds. Without an answer, it is omitted. */
const PART_TIMEOUT_MS = 2_000;
/** Time limit for a frame's first answer, in milliseconds: it takes one or two, unless its server does not answer. */
const PROBE_TIMEOUT_MS = 500;
/** Time limit for the tree of a page with an unresponsive frame, in milliseconds: Playwright waits for the frame. */
const PARTIAL_TREE_TIMEOUT_MS = 5_000;
/** Quality of the picture, from 0 to 100: that of the reference engine. */
const JPEG_QUALITY = 85;
/** Time of an observation of an empty page: the contract's "never". */
const NEVER = new Date('0001-01-01T00:00:00.000Z');
/** Id of the file on a page that displays a file. */
const FILE_ID = 'I0';

export { MAX_ANSWER_BYTES } from './size-limits';

/** An observation and its elements. */
export interface ObservedPage {
  observation: Observation;
  snapshot: ElementSnapshot;
}

/** Content of a page. */
interface ReadPage {
  parts: readonly PagePart[];
  found: readonly FoundElement[];
  selectors: ReadonlyMap<FoundElement, NodeSelectors>;
  main: FrameFacts;
}

/**
 * Observes the page with its frames and the parts outside the viewport, without hidden elements.
 * @param lastActionId - id of the element of the last action
 * @throws {@link SessionwrightError} `playwright_too_old`; {@link TimeoutError} if the page is frozen;
 * {@link ApiError} (422, `page_too_large`) if the page is too large
 */
export async function observePage(
  page: Page,
  tabs: readonly Page[],
  lastActionId: string | null,
): Promise<ObservedPage> {
  const startedAt = new Date();
  const [{ parts, found, selectors, main }, screenshot, observedTabs] = await withPageDeadline(
    readAgain(page, 'observe the page', () =>
      Promise.all([readPage(page).catch(tooLarge), takePicture(page), readTabs(tabs)]),
    ),
    OBSERVE_TIMEOUT_MS,
    'observe the page',
  );
  const isBlank = page.url() === 'about:blank' && parts.length === 0;
  const isFile = !main.contentType.includes('html');
  const observation: Observation = {
    title: isBlank ? '' : (observedTabs[tabs.indexOf(page)]?.title ?? ''),
    url: isBlank ? '' : page.url(),
    timestamp: isBlank ? NEVER : startedAt,
    ...{ startedAt, endedAt: new Date(), screenshot, lastActionId, category: null },
    viewport: isBlank
      ? {
          scrollX: 0,
          scrollY: 0,
          viewportWidth: 0,
          viewportHeight: 0,
          totalWidth: 0,
          totalHeight: 0,
        }
      : main.viewport,
    tabs: isBlank ? [] : observedTabs,
    description: describePage(parts),
    elements: [
      ...(isFile ? [file(main)] : []),
      ...found.map((element) => toObserved(element, selectors.get(element))),
    ],
  };
  const snapshot = snapshotOf(page, found, isFile);
  await setImmediate(); // lets other requests run before the answer is encoded
  return { observation, snapshot };
}

function snapshotOf(page: Page, found: readonly FoundElement[], isFile: boolean): ElementSnapshot {
  const entries = found.map(({ id, ref, role }): [string, { locator: Locator; role: string }] => [
    id,
    { locator: page.getByRef(ref), role },
  ]);
  return new Map([
    ...(isFile ? [[FILE_ID, { locator: page.locator('html'), role: 'document' }] as const] : []),
    ...entries,
  ]);
}

function file({ contentType }: FrameFacts): ObservedElement {
  return {
    id: FILE_ID,
    role: 'document',
    name: contentType,
    action: 'download_file',
    description: 'Download the file that this page shows',
    selector: 'html',
    selectors: {
      ...{ cssSelector: 'html', xpathSelector: '/*', playwrightSelector: 'html' },
      ...{ iframeParentCssSelectors: [], inIframe: false, inShadowRoot: false },
    },
    box: null,
  };
}

/** Removes internal fields. */
function toObserved(
  {
    ref: _ref,
    frameRef: _frameRef,
    treeRole: _treeRole,
    ownBox: _ownBox,
    tag: _tag,
    inputType: _inputType,
    isNamedOnce: _isNamedOnce,
    roleSelector,
    ...element
  }: FoundElement,
  selectors: NodeSelectors | undefined,
): ObservedElement {
  return {
    ...element,
    selector: selectors?.playwrightSelector ?? roleSelector,
    selectors: selectors ?? null,
  };
}

/** Reads the content of the page, the selectors of its elements, and the facts of its main frame. */
async function readPage(page: Page): Promise<ReadPage> {
  await checkSize(page, OBSERVE_TIMEOUT_MS);
  const main = await frameFacts(page.mainFrame(), OBSERVE_TIMEOUT_MS);
  const tree = main.hasBody
    ? await ariaTree(
        page,
        (await allFramesAnswer(page)) ? OBSERVE_TIMEOUT_MS : PARTIAL_TREE_TIMEOUT_MS,
      )
    : [];
  const frames = allNodes(tree).flatMap(({ role, ref }) =>
    role === 'iframe' && ref !== undefined ? [ref] : [],
  );
  const known = await Promise.all(
    frames.map(async (ref) => {
      const frame = await frameOf(page.getByRef(ref));
      return { ref, frame, facts: await factsOf(frame) };
    }),
  );
  const facts: FactsByFrame = new Map([
    ['', main] as const,
    ...known.flatMap((it) => (it.facts ? [[it.ref, it.facts] as const] : [])),
  ]);
  const answering = new Map([
    ['', page.mainFrame()] as const,
    ...known.flatMap((it) => (it.frame && it.facts ? [[it.ref, it.frame] as const] : [])),
  ]);
  const { parts, frames: foundFrames } = readTree(tree, facts);
  await setImmediate(); // lets other requests run: the tree of a large page takes 0.1 s
  const found = parts.flatMap((part) => (part.kind === 'element' ? [part.element] : []));
  const selectors = await findSelectors(page, found, { frames: answering, found: foundFrames });
  return { parts, found, selectors, main };
}

async function allFramesAnswer(page: Page): Promise<boolean> {
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  const answers = await Promise.all(
    frames.map((frame) =>
      orAfter(
        frame.evaluate(() => true),
        PROBE_TIMEOUT_MS,
        false,
      ).catch(() => true),
    ),
  ); // does not wait for a closed frame
  return answers.every(Boolean);
}

/** Undefined if the frame does not answer: then its elements lack these facts. */
async function factsOf(frame: Frame | undefined): Promise<FrameFacts | undefined> {
  return frame && frameFacts(frame, PART_TIMEOUT_MS).catch(() => undefined);
}

async function frameOf(element: Locator): Promise<Frame | undefined> {
  try {
    await using handle = await element.elementHandle({ timeout: PART_TIMEOUT_MS });
    return (await handle.contentFrame()) ?? undefined;
  } catch {
    return undefined; // the frame was closed meanwhile
  }
}

/** Uses CDP: Playwright's screenshot takes twice as long, for features that this picture does not need. */
async function takePicture(page: Page): Promise<Buffer> {
  const cdp = await page.context().newCDPSession(page);
  try {
    const { data } = await cdp.send('Page.captureScreenshot', {
      format: 'jpeg',
      quality: JPEG_QUALITY,
      optimizeForSpeed: true,
    });
    return Buffer.from(data, 'base64');
  } finally {
    await cdp.detach().catch(() => {}); // the page is closed
  }
}

async function readTabs(tabs: readonly Page[]): Promise<ObservedTab[]> {
  return Promise.all(
    tabs.map(async (tab, tabId) => ({
      tabId,
      title: await orAfter(tab.title(), PART_TIMEOUT_MS, '').catch(() => ''),
      url: tab.url(),
    })),
  );
}
