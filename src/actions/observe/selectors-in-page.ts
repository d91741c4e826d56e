/**
 * Computes paths of elements. Runs in pages: `find-selectors.ts` sends the source of these functions. Each is self-contained, and gets
 * everything as parameters.
 */

/** An element of the accessibility tree, for the page. */
export interface WantedElement {
  /** Role in the tree. */
  role: string;
  /** Position in its frame, as `x,y,width,height`, rounded. */
  place: string;
}

/** Paths of an element in its frame. */
export interface ElementPath {
  /** For Playwright, whose CSS treats the content of a shadow root as children of its host. */
  css: string;
  /** Empty in a shadow root, which XPath cannot enter. */
  xpath: string;
  inShadowRoot: boolean;
}

/** Computes paths. */
export type PathWriter = (element: Element) => ElementPath;

/** Creates a path writer. `idCounts` has the number of elements per id, including shadow roots. */
export function pathWriter(idCounts: ReadonlyMap<string, number>): PathWriter {
  const positions = new Map<Element, { among: number; ofKind: number }>();
  const positionOf = (element: Element): { among: number; ofKind: number } => {
    const kinds = new Map<string, number>();
    if (!positions.has(element))
      Array.from(element.parentNode?.children ?? []).forEach((sibling, index) => {
        const ofKind = (kinds.get(sibling.localName) ?? 0) + 1;
        kinds.set(sibling.localName, ofKind);
        positions.set(sibling, { among: index + 1, ofKind });
      });
    return positions.get(element) ?? { among: 1, ofKind: 1 };
  };
  const cssOf = (element: Element): string => {
    const host = (element.getRootNode() as Partial<ShadowRoot>).host ?? null;
    const parent = element.parentElement ?? host;
    if (element.id && idCounts.get(element.id) === 1) return `#${CSS.escape(element.id)}`;
    if (!parent) return ':root';
    return `${cssOf(parent)} > ${CSS.escape(element.localName)}:nth-child(${positionOf(element).among})`;
  };
  const xpathOf = (element: Element): string => {
    const { among, ofKind } = positionOf(element);
    const isNamed =
      element.namespaceURI === 'http://www.w3.org/1999/xhtml' && !element.localName.includes(':'); // XPath has no names for others
    const step = isNamed ? `${element.localName}[${ofKind}]` : `*[${among}]`;
    return `${element.parentElement ? xpathOf(element.parentElement) : ''}/${step}`;
  };
  return (element) => {
    const inShadowRoot = element.getRootNode() !== element.ownerDocument;
    return { css: cssOf(element), xpath: inShadowRoot ? '' : xpathOf(element), inShadowRoot };
  };
}

/** Whether an element may have a role in the tree. */
export function fitsRole(element: Element, role: string): boolean {
  const tags: Record<string, string> = {
    ...{ link: 'a, area', button: 'button, input, summary', option: 'option' },
    ...{ combobox: 'select, input', listbox: 'select', img: 'img, svg', image: 'img, svg' },
    ...{ textbox: 'input, textarea, [contenteditable]', searchbox: 'input', spinbutton: 'input' },
    ...{ slider: 'input', checkbox: 'input', radio: 'input', iframe: 'iframe, frame' },
  };
  const own = element.getAttribute('role')?.trim().split(/\s+/)[0];
  if (own) return own === role || (own === 'image' && role === 'img');
  const ownTags = tags[role];
  return ownTags === undefined || element.matches(ownTags); // roles without tags may have any tag, such as `summary`
}

/** Returns the paths of the elements; `null` if position and role are ambiguous. */
export function pathsOfWanted(
  wanted: readonly WantedElement[],
  writerFor: (idCounts: ReadonlyMap<string, number>) => PathWriter,
  fits: (element: Element, role: string) => boolean,
): (ElementPath | null)[] {
  const idCounts = new Map<string, number>();
  const found = new Map(wanted.map(({ place }): [string, Element[]] => [place, []]));
  const look = (root: Document | ShadowRoot): void => {
    root.querySelectorAll('*').forEach((element) => {
      if (element.id) idCounts.set(element.id, (idCounts.get(element.id) ?? 0) + 1);
      if (element.shadowRoot) look(element.shadowRoot);
      const { x, y, width, height } = element.getBoundingClientRect();
      found.get([x, y, width, height].map(Math.round).join())?.push(element);
    });
  };
  look(document);
  const timesWanted = new Map<string, number>();
  for (const { role, place } of wanted)
    timesWanted.set(`${role} ${place}`, (timesWanted.get(`${role} ${place}`) ?? 0) + 1);
  const pathOf = writerFor(idCounts);
  return wanted.map(({ role, place }) => {
    const [only, ...others] = (found.get(place) ?? []).filter((it) => fits(it, role));
    const isCertain = others.length === 0 && timesWanted.get(`${role} ${place}`) === 1;
    return only && isCertain ? pathOf(only) : null;
  });
}
