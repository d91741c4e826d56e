/** Computes stable selectors of observed elements, including frames and shadow roots. */
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

/** Time limit for the paths of one frame, and for the individual requests, in milliseconds. */
const PATHS_TIMEOUT_MS = 2_000;

/** Maximum number of individual requests: each takes a round trip. Other elements keep role and name as their selector. */
const MAX_ONE_BY_ONE = 200;

/** Enters an iframe in a Playwright selector. */
const ENTER_FRAME = 'internal:control=enter-frame';

/** An element or a frame of the tree. */
type Placed = Pick<FoundElement, 'ref' | 'frameRef' | 'treeRole' | 'ownBox'>;

/** Information about the page's frames. */
export interface KnownFrames {
  /** By the reference of their element; `''` for the main frame. */
  frames: ReadonlyMap<string, Frame>;
  /** Frames in the tree. */
  found: readonly FoundFrame[];
}

/** Returns the selectors of each element. */
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

/** Finds all paths in one round trip, by position and role, which are almost always unique. */
async function pathsIn(
  frame: Frame | undefined,
  placed: readonly Placed[],
): Promise<(ElementPath | null)[]> {
  if (!frame) return [];
  const wanted = placed.map(({ treeRole: role, ownBox }): WantedElement => ({
    role,
    place: ownBox ? boxKey(ownBox) : '',
  }));
  const script = `JSON.stringify((${pathsOfWanted.toString()})(${JSON.stringify(wanted)}, ${pathWriter.toString()}, ${fitsRole.toString()}))`; // as one string: Playwright is far slower with thousands of objects
  const answer = frame.evaluate<string>(script);
  const json = await orAfter(answer, PATHS_TIMEOUT_MS, '[]').catch(() => '[]'); // then they are requested individually
  return JSON.parse(json) as (ElementPath | null)[];
}

/** Finds the path of one element by Playwright's reference. Undefined if it was removed meanwhile. */
async function pathOf(page: Page, ref: string): Promise<ElementPath | undefined> {
  const writer = `(${pathWriter.toString()})(new Map())`;
  const path = page
    .getByRef(ref)
    .evaluate((element, source) => ((0, eval)(source) as PathWriter)(element), writer, {
      timeout: PATHS_TIMEOUT_MS,
    });
  return orAfter(path, PATHS_TIMEOUT_MS, undefined).catch(() => undefined);
}

/** A unique role and name survive changes of the page; a path always exists. */
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
