/** From the accessibility tree to what a page says and offers, in order: texts, headings and numbered elements. */
import type { BoundingBox, ElementState, ObservedElement } from '../../contract/observation';
import type { AriaNode } from './aria-tree';
import { allNodes, contentOf, textOf } from './aria-tree';
import type { Control, FrameFacts } from './frame-facts';
import { boxKey } from './frame-facts';

/** An element, and what only this side needs to know of it. */
export interface FoundElement extends Omit<ObservedElement, 'selector' | 'selectors'>, Placed {
  /** Name of its tag; the usual one of its role when that is not known. */
  tag: string;
  /** Of an input, such as `email`. */
  inputType: string;
  /** By its role and name, and its number among those of the same; by its text where it has no role. */
  roleSelector: string;
  /** Whether its frame has one of this role and name. */
  isNamedOnce: boolean;
}

/** What is in the tree, by Playwright's reference to it, and where it is in its own frame. */
interface Placed {
  ref: string;
  /** Reference of the element of its frame; `''` in the page itself. */
  frameRef: string;
  /** Role in the tree, where some controls have none. */
  treeRole: string;
  /** From the corner of what is visible of its own frame. */
  ownBox: BoundingBox | undefined;
}

/** A frame whose content is in the tree. */
export type FoundFrame = Placed;

/** One piece of a page. */
export type PagePart =
  | { kind: 'text'; text: string }
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'disabled'; role: string; text: string }
  | { kind: 'element'; element: FoundElement };

/** What is known of frames: of the page itself under `''`, of others under the reference of their element. */
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
/** The usual tag of roles whose elements are not looked at one by one. */
const TAGS: Record<string, string> = {
  link: 'a',
  button: 'button',
  img: 'img',
  image: 'img',
  option: 'option',
};
/** Words for what is done. */
const VERBS: Record<string, string> = {
  click: 'Click',
  fill: 'Fill',
  select_dropdown_option: 'Choose an option of',
};

/** Where the walk is. */
interface Place {
  facts: FrameFacts | undefined;
  /** Of the frame's content, from the corner of what is visible of the page. */
  offset: { x: number; y: number };
  /** Of the frame's element; `''` in the page itself. */
  frameRef: string;
  /** Inside of something whose text is told already. */
  isTold: boolean;
  /** Inside of something that can be acted on. */
  isInElement: boolean;
}

/** Elements that get an id: the first ones. Each takes 1.3 KB of the answer. */
const MAX_FOUND = 2_500;

/** Everything on the page up to the last element that gets an id, in order, and its frames. Ids count from 1 for each letter, so the same page gives the same ids. */
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
  /** How often a role and name occur in each frame: only what is there once can be found by them alone. */
  readonly #names = new Map<string, number>();
  /** How many of them were read so far. */
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

  /** Once an element was left out, the rest is too. */
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

  /** As Playwright's `getByRole` writes it. One that is there once fails, rather than finding something else, when the page has more of the kind by then. */
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

/** Whether it may get an id by its role. */
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

/** As Playwright's selectors quote texts. */
function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

function placedAs({ role, box }: AriaNode, { frameRef }: Place): Omit<Placed, 'ref'> {
  return { frameRef, treeRole: role, ownBox: box };
}

/** A control's own role, where the tree has none: text that can be edited, and what opens details. */
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

/** A list is chosen from, unless it is an input to write in. */
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

/** What an input holds is told only when it certainly is no password. */
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
