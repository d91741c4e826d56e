/** Observes a page: what it shows, what can be done on it, and a picture of it. */
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

/** Longest time for one observation, in milliseconds: less than any client waits for an answer (45 s). */
const OBSERVE_TIMEOUT_MS = 20_000;
/** Longest time for one frame, or for the title of one tab, in milliseconds: without an answer the rest is told all the same. */
const PART_TIMEOUT_MS = 2_000;
/** How long a frame may take to say that it is there, in milliseconds: it takes one or two, and for ever when its server does not answer. */
const PROBE_TIMEOUT_MS = 500;
/** Longest time for the tree of a page with a frame that does not answer, in milliseconds: Playwright waits for such a frame as long as it may. */
const PARTIAL_TREE_TIMEOUT_MS = 5_000;
/** Quality of the picture, from 0 to 100: what the contract's reference engine takes. */
const JPEG_QUALITY = 85;
/** When an empty page was looked at: the contract's way to say "never". */
const NEVER = new Date('0001-01-01T00:00:00.000Z');
/** Id for a page that is a file shown by the browser: the file itself. */
const FILE_ID = 'I0';

export { MAX_ANSWER_BYTES } from './size-limits';

/** What was observed, and what its ids stand for. */
export interface ObservedPage {
  observation: Observation;
  snapshot: ElementSnapshot;
}

/** What a page is found to be. */
interface ReadPage {
  parts: readonly PagePart[];
  found: readonly FoundElement[];
  selectors: ReadonlyMap<FoundElement, NodeSelectors>;
  main: FrameFacts;
}

/**
 * Observes the page. Scrolled-out parts and frames are told too, hidden elements are not.
 * @param lastActionId id of the element that was acted on last
 * @throws {@link SessionwrightError} `playwright_too_old`; {@link TimeoutError} when the page hangs;
 * {@link ApiError} (422, `page_too_large`) when the page is too large
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
  await setImmediate(); // lets others in, before the answer is written
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

/** Without what only this side needs to know of it. */
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

/** What the page says and offers, how its elements are found again, and what is known of its main frame. */
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
  await setImmediate(); // lets others in: the tree of a large page takes 0.1 s
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
  ); // one that has gone is not waited for
  return answers.every(Boolean);
}

/** Undefined when the frame does not answer: its elements are told without what only it knows. */
async function factsOf(frame: Frame | undefined): Promise<FrameFacts | undefined> {
  return frame && frameFacts(frame, PART_TIMEOUT_MS).catch(() => undefined);
}

async function frameOf(element: Locator): Promise<Frame | undefined> {
  try {
    await using handle = await element.elementHandle({ timeout: PART_TIMEOUT_MS });
    return (await handle.contentFrame()) ?? undefined;
  } catch {
    return undefined; // the frame has gone meanwhile
  }
}

/** By CDP itself: Playwright's own screenshot takes twice as long, for what a picture of a page at rest does not need. */
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
    await cdp.detach().catch(() => {}); // the page has gone
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
