/** Reads the accessibility tree into texts, headings and numbered elements, in order. */
import type { BoundingBox, ElementState, ObservedElement } from '../../contract/observation';
import type { AriaNode } from './aria-tree';
import { allNodes, contentOf, textOf } from './aria-tree';
import type { Control, FrameFacts } from './frame-facts';
import { boxKey } from './frame-facts';

/** An element with internal fields. */
export interface FoundElement extends Omit<ObservedElement, 'selector' | 'selectors'>, Placed {
  /** Tag name; the usual one of its role if unknown. */
  tag: string;
  /** Of an input, such as `email`. */
  inputType: string;
  /** By role, name and index; by text without a role. */
  roleSelector: string;
  /** Whether role and name are unique in its frame. */
  isNamedOnce: boolean;
}

/** A node of the tree: Playwright's reference, and its position in its frame. */
interface Placed {
  ref: string;
  /** Reference of the element of its frame; `''` in the main frame. */
  frameRef: string;
  /** Role in the tree; some controls have none. */
  treeRole: string;
  /** Relative to the viewport of its frame. */
  ownBox: BoundingBox | undefined;
}

/** A frame in the tree. */
export type FoundFrame = Placed;

/** A part of a page. */
export type PagePart =
  | { kind: 'text'; text: string }
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'disabled'; role: string; text: string }
  | { kind: 'element'; element: FoundElement };

/** Facts about frames by the reference of their element; `''` for the main frame. */
export type FactsByFrame = ReadonlyMap<string, FrameFacts>;

/** Letter of the id, by role. What else has a pointing hand is `M`; pictures count when they have a name or such a hand. */
const LETTERS: Record<string, string> = {
  ...{
    link: 'L',
    option: 'O',
    button: 'B',
    tab: 'B',
    menuitem: 'B',
    menuitemcheckbox: 'B',
    menuitemradio: 'B',
    radio: 'B',
    checkbox: 'B',
    switch: 'B',
  },
  ...{ textbox: 'I', searchbox: 'I', combobox: 'I', listbox: 'I', slider: 'I', spinbutton: 'I' },
};
/** Usual tags of roles, for elements that are not inspected individually. */
const TAGS: Record<string, string> = {
  link: 'a',
  button: 'button',
  img: 'img',
  image: 'img',
  option: 'option',
};
/** Verbs of the actions. */
const VERBS: Record<string, string> = {
  click: 'Click',
  fill: 'Fill',
  select_dropdown_option: 'Choose an option of',
};

/** Position of the traversal. */
interface Place {
  facts: FrameFacts | undefined;
  /** Offset of the frame's content, relative to the viewport of the page. */
  offset: { x: number; y: number };
  /** Reference of the frame's element; `''` in the main frame. */
  frameRef: string;
  /** Whether an ancestor's text contains it. */
  isTold: boolean;
  /** Whether an ancestor has an action. */
  isInElement: boolean;
}

/** Maximum number of elements with an id. Each takes 1.3 KB of the answer. */
const MAX_FOUND = 2_500;

/** Returns the parts of the page up to the last element with an id, in order, and its frames. Ids count from 1 per letter, so the same page has the same ids. */
export function readTree(
  tree: readonly (AriaNode | string)[],
  facts: FactsByFrame,
): { parts: PagePart[]; frames: FoundFrame[] } {
  const { parts, frames } = new TreeReader(tree, facts);
  return { parts, frames };
}

class TreeReader {
  readonly parts: PagePart[] = [];
  readonly frames: FoundFrame[] = [];
  readonly #facts: FactsByFrame;
  readonly #counts = new Map<string, number>();
  /** Counts roles and names per frame: only unique ones are sufficient as a selector. */
  readonly #names = new Map<string, number>();
  /** Their current index. */
  readonly #numbers = new Map<string, number>();
  #found = 0;

  constructor(tree: readonly (AriaNode | string)[], facts: FactsByFrame) {
    this.#facts = facts;
    this.#countNames(tree, '');
    this.#readAll(tree, {
      facts: facts.get(''),
      offset: { x: 0, y: 0 },
      frameRef: '',
      isTold: false,
      isInElement: false,
    });
    if (this.#found <= MAX_FOUND) return;
    const text = `**The page was cut here**: it has ${this.#found} elements that can be acted on, of which the first ${MAX_FOUND} are listed.`;
    this.parts.push({ kind: 'text', text });
  }

  #countNames(nodes: readonly (AriaNode | string)[], frameRef: string): void {
    for (const node of nodes) {
      if (typeof node === 'string' || node.ariaHidden) continue;
      if (hasLetter(node)) count(this.#names, nameKey(node, frameRef));
      this.#countNames(node.children ?? [], node.role === 'iframe' ? (node.ref ?? '') : frameRef);
    }
  }

  #readAll(nodes: readonly (AriaNode | string)[], place: Place): void {
    for (const node of nodes) {
      if (typeof node !== 'string' && node.role !== 'text') this.#read(node, place);
      else if (!place.isTold)
        this.#add({ kind: 'text', text: typeof node === 'string' ? node : (node.text ?? '') });
    }
  }

  #read(node: AriaNode, place: Place): void {
    if (node.ariaHidden) return;
    this.#number(node, place);
    if (node.role === 'iframe') {
      if (node.ref !== undefined) this.frames.push({ ...placedAs(node, place), ref: node.ref });
      this.#readAll(node.children ?? [], this.#inFrame(node, place));
      return;
    }
    const control = node.box && place.facts?.controls.get(boxKey(node.box));
    const role = roleOf(node, control);
    const letter = letterOf(role, { node, control, isInElement: place.isInElement });
    if (letter !== undefined && node.disabled) {
      this.#add({ kind: 'disabled', role, text: textOf(node) });
    } else if (letter !== undefined && node.ref !== undefined) {
      this.#addElement({ ...node, ref: node.ref }, { role, letter, control, place });
      this.#readAll(node.children ?? [], { ...place, isTold: true, isInElement: true });
    } else {
      this.#readPlain(node, place);
    }
  }

  /** After the first omitted element, all others are omitted too. */
  #add(part: PagePart): void {
    if (this.#found <= MAX_FOUND) this.parts.push(part);
  }

  #number(node: AriaNode, { frameRef }: Place): void {
    if (!hasLetter(node)) return;
    count(this.#numbers, nameKey(node, frameRef));
    count(this.#numbers, roleKey(node, frameRef));
  }

  #readPlain(node: AriaNode, place: Place): void {
    const isHeading = node.role === 'heading';
    if (isHeading && !place.isTold)
      this.#add({ kind: 'heading', level: node.level ?? 2, text: textOf(node) });
    const isLeaf = !node.children?.length;
    if (isLeaf && !isHeading && !place.isTold && textOf(node) !== '')
      this.#add({ kind: 'text', text: textOf(node) });
    this.#readAll(node.children ?? [], { ...place, isTold: place.isTold || isHeading });
  }

  #inFrame(node: AriaNode, place: Place): Place {
    const inset = (node.box && place.facts?.controls.get(boxKey(node.box))?.inset) ?? {
      x: 0,
      y: 0,
    };
    const offset = {
      x: place.offset.x + (node.box?.x ?? 0) + inset.x,
      y: place.offset.y + (node.box?.y ?? 0) + inset.y,
    };
    const frameRef = node.ref ?? '';
    return { ...place, facts: this.#facts.get(frameRef), offset, frameRef };
  }

  #addElement(
    node: AriaNode & { ref: string },
    {
      role,
      letter,
      control,
      place,
    }: { role: string; letter: string; control: Control | undefined; place: Place },
  ): void {
    if (++this.#found > MAX_FOUND) return;
    const { ref, box } = node;
    const name = letter === 'I' ? (node.name ?? '') : textOf(node);
    const action = actionOf(letter, role, control);
    const element: FoundElement = {
      ...{ id: this.#nextId(letter), role, name, action },
      description: describeAction(action, role, name),
      box: box ? shifted(box, place.offset) : null,
      ...this.#selectorOf(node, place),
      ...placedAs(node, place),
      ...stateOf(node, letter, control),
      ...{ ref, tag: control?.tag ?? TAGS[role] ?? 'div', inputType: control?.type ?? '' },
    };
    this.parts.push({ kind: 'element', element });
  }

  #nextId(letter: string): string {
    const count = (this.#counts.get(letter) ?? 0) + 1;
    this.#counts.set(letter, count);
    return `${letter}${count}`;
  }

  /** Formats a selector like Playwright's `getByRole`. A unique one fails instead of matching another element if the page has several later. */
  #selectorOf(
    node: AriaNode,
    { frameRef }: Place,
  ): Pick<FoundElement, 'roleSelector' | 'isNamedOnce'> {
    if (!hasLetter(node))
      return { roleSelector: `internal:text=${quoted(textOf(node))}s`, isNamedOnce: false };
    const key = nameKey(node, frameRef);
    const name = node.name ? `[name=${quoted(node.name)}s]` : '';
    const isNamedOnce = name !== '' && this.#names.get(key) === 1;
    const number = this.#numbers.get(name === '' ? roleKey(node, frameRef) : key) ?? 1;
    const which = isNamedOnce ? '' : ` >> nth=${number - 1}`;
    return { roleSelector: `internal:role=${node.role}${name}${which}`, isNamedOnce };
  }
}

function isPicture(role: string): boolean {
  return role === 'img' || role === 'image';
}

/** Whether its role allows an id. */
function hasLetter({ role }: AriaNode): boolean {
  return role in LETTERS || isPicture(role);
}

function nameKey(node: AriaNode, frameRef: string): string {
  return `${frameRef}\n${node.role}\n${textOf(node)}`;
}

function roleKey({ role }: AriaNode, frameRef: string): string {
  return `${frameRef}\n${role}`;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Quotes a text for a Playwright selector. */
function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

function placedAs({ role, box }: AriaNode, { frameRef }: Place): Omit<Placed, 'ref'> {
  return { frameRef, treeRole: role, ownBox: box };
}

/** Returns the role of a control that has none in the tree: editable text, and `summary`. */
function roleOf(node: AriaNode, control: Control | undefined): string {
  if (node.role !== 'generic' || !control) return node.role;
  if (control.tag === 'summary') return 'button';
  return control.editable ? 'textbox' : 'generic';
}

function letterOf(
  role: string,
  {
    node,
    control,
    isInElement,
  }: { node: AriaNode; control: Control | undefined; isInElement: boolean },
): string | undefined {
  const letter = LETTERS[role];
  if (letter !== undefined || isInElement) return letter;
  const hasHand = node.cursor === 'pointer';
  if (isPicture(role)) return hasHand || node.name ? 'F' : undefined;
  return hasHand && control?.tag !== 'label' ? 'M' : undefined;
}

/** A list box has options to select, unless it is a text input. */
function actionOf(letter: string, role: string, control: Control | undefined): string {
  if (letter === 'O') return 'select_dropdown_option';
  if (letter !== 'I') return 'click';
  return role === 'listbox' ||
    (role === 'combobox' && control?.tag !== 'input' && control?.tag !== 'textarea')
    ? 'select_dropdown_option'
    : 'fill';
}

function describeAction(action: string, role: string, name: string): string {
  return `${VERBS[action] ?? action} the ${role === 'generic' ? 'element' : role}${name && ` "${name}"`}`;
}

/** Returns the value of an input only if it is certainly not a password. */
function stateOf(node: AriaNode, letter: string, control: Control | undefined): ElementState {
  const { url, placeholder, checked, selected, expanded, pressed } = node;
  const options =
    letter === 'I' ? allNodes(node.children ?? []).filter(({ role }) => role === 'option') : [];
  const isReadable = letter === 'I' && control !== undefined && control.type !== 'password';
  const value =
    options.length > 0
      ? options
          .filter((option) => option.selected)
          .map(textOf)
          .join(', ')
      : contentOf(node);
  const known = {
    url,
    placeholder,
    checked,
    selected,
    expanded,
    pressed,
    ...(isReadable && value !== '' && { value }),
    ...(letter === 'I' && options.length > 0 && { options: options.map(textOf) }),
  };
  return Object.fromEntries(Object.entries(known).filter(([, content]) => content !== undefined));
}

function shifted(
  { x, y, width, height }: BoundingBox,
  offset: { x: number; y: number },
): BoundingBox {
  return { x: Math.round(x + offset.x), y: Math.round(y + offset.y), width, height };
}
