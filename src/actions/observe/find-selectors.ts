/** Gives observed elements selectors that find them again, in their frames and shadow roots, without an observation. */
import type { Frame, Page } from 'playwright-core';
import { orAfter } from '../../base/deadline';
import type { NodeSelectors } from '../../contract/actions';
import { boxKey } from './frame-facts';
import type { FoundElement, FoundFrame } from './read-tree';
import {
  fitsRole,
  pathsOfWanted,
  pathWriter,
  type ElementPath,
  type PathWriter,
  type WantedElement,
} from './selectors-in-page';

/** Longest time for the paths of one frame, and for those that are asked for one by one, in milliseconds. */
const PATHS_TIMEOUT_MS = 2_000;

/** How many are asked for one by one: each takes a round trip. The others keep their role and name as their selector. */
const MAX_ONE_BY_ONE = 200;

/** Leads Playwright from an iframe to its content, in one selector. */
const ENTER_FRAME = 'internal:control=enter-frame';

/** Whatever has a place in the tree: an element, or a frame. */
type Placed = Pick<FoundElement, 'ref' | 'frameRef' | 'treeRole' | 'ownBox'>;

/** What is known of the page's frames. */
export interface KnownFrames {
  /** By the reference of their element; the main frame under `''`. */
  frames: ReadonlyMap<string, Frame>;
  /** Frames that are in the tree. */
  found: readonly FoundFrame[];
}

/** The selectors of each element. */
export async function findSelectors(
  page: Page,
  elements: readonly FoundElement[],
  { frames, found }: KnownFrames,
): Promise<Map<FoundElement, NodeSelectors>> {
  const placed: Placed[] = [...found, ...elements];
  const byFrame = new Map<string, Placed[]>();
  for (const it of placed) {
    const others = byFrame.get(it.frameRef);
    if (others) others.push(it);
    else byFrame.set(it.frameRef, [it]);
  }
  const paths = new Map<Placed, ElementPath>();
  await Promise.all(
    [...byFrame].map(async ([ref, inFrame]) => {
      const known = await pathsIn(frames.get(ref), inFrame);
      inFrame.forEach((it, index) => known[index] && paths.set(it, known[index]));
    }),
  );
  await Promise.all(
    placed
      .filter((it) => !paths.has(it))
      .slice(0, MAX_ONE_BY_ONE)
      .map(async (it) => {
        const path = await pathOf(page, it.ref);
        if (path) paths.set(it, path);
      }),
  );
  const frameByRef = new Map(found.map((it) => [it.ref, it]));
  const chainTo = (frameRef: string): string[] => {
    const frame = frameByRef.get(frameRef);
    const path = frame && paths.get(frame);
    return path ? [...chainTo(frame.frameRef), path.css] : [];
  };
  const chains = new Map([...byFrame.keys()].map((ref) => [ref, chainTo(ref)]));
  return new Map(
    elements.map((it) => [it, toSelectors(it, paths.get(it), chains.get(it.frameRef) ?? [])]),
  );
}

/** All in one round trip: by place and role, which in almost every case are those of one element. */
async function pathsIn(
  frame: Frame | undefined,
  placed: readonly Placed[],
): Promise<(ElementPath | null)[]> {
  if (!frame) return [];
  const wanted = placed.map(({ treeRole: role, ownBox }): WantedElement => ({
    role,
    place: ownBox ? boxKey(ownBox) : '',
  }));
  const script = `JSON.stringify((${pathsOfWanted.toString()})(${JSON.stringify(wanted)}, ${pathWriter.toString()}, ${fitsRole.toString()}))`; // as one text: Playwright takes far longer to read thousands of objects
  const answer = frame.evaluate<string>(script);
  const json = await orAfter(answer, PATHS_TIMEOUT_MS, '[]').catch(() => '[]'); // then they are asked for one by one
  return JSON.parse(json) as (ElementPath | null)[];
}

/** Of one element, by Playwright's reference to it. Undefined when it has gone meanwhile. */
async function pathOf(page: Page, ref: string): Promise<ElementPath | undefined> {
  const writer = `(${pathWriter.toString()})(new Map())`;
  const path = page
    .getByRef(ref)
    .evaluate((element, source) => ((0, eval)(source) as PathWriter)(element), writer, {
      timeout: PATHS_TIMEOUT_MS,
    });
  return orAfter(path, PATHS_TIMEOUT_MS, undefined).catch(() => undefined);
}

/** A role and a name that the frame has once outlive changes of the page; a path is always there. */
function toSelectors(
  { roleSelector, isNamedOnce }: FoundElement,
  path: ElementPath | undefined,
  frames: readonly string[],
): NodeSelectors {
  const own = isNamedOnce || !path ? roleSelector : `css=${path.css}`;
  return {
    cssSelector: path?.css ?? '',
    xpathSelector: path?.xpath ?? '',
    playwrightSelector: [...frames.flatMap((frame) => [`css=${frame}`, ENTER_FRAME]), own].join(
      ' >> ',
    ),
    iframeParentCssSelectors: frames,
    inIframe: frames.length > 0,
    inShadowRoot: path?.inShadowRoot ?? false,
  };
}
