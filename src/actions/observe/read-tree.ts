/** From the accessibility tree to what a page says and offers, in order: texts, headings and numbered elements. */
import type { BoundingBox, ElementState, ObservedElement } from '../../contract/observation';
import type { AriaNode } from './aria-tree';
import { allNodes, contentOf, textOf } from './aria-tree';
import type { Control, FrameFacts } from './frame-facts';
import { boxKey } from './frame-facts';

/** An element, and what only this side needs to know of it. */
export interface FoundElement extends ObservedElement {
  /** Playwright's reference to it. */
  ref: string;
  /** Name of its tag; the usual one of its role when that is not known. */
  tag: string;
  /** Of an input, such as `email`. */
  inputType: string;
}

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
  isMainFrame: boolean;
  /** Inside of something whose text is told already. */
  isTold: boolean;
  /** Inside of something that can be acted on. */
  isInElement: boolean;
}

/** Everything on the page, in order. Ids count from 1 for each letter, so the same page gives the same ids. */
export function readTree(tree: readonly (AriaNode | string)[], facts: FactsByFrame): PagePart[] {
  return new TreeReader(tree, facts).parts;
}

class TreeReader {
  readonly parts: PagePart[] = [];
  readonly #facts: FactsByFrame;
  readonly #counts = new Map<string, number>();
  /** How often a role and name occur in the page itself: only what is there once can be found by them. */
  readonly #names = new Map<string, number>();

  constructor(tree: readonly (AriaNode | string)[], facts: FactsByFrame) {
    this.#facts = facts;
    for (const node of allNodes(tree).filter(hasLetter))
      this.#names.set(nameKey(node), (this.#names.get(nameKey(node)) ?? 0) + 1);
    this.#readAll(tree, {
      facts: facts.get(''),
      offset: { x: 0, y: 0 },
      isMainFrame: true,
      isTold: false,
      isInElement: false,
    });
  }

  #readAll(nodes: readonly (AriaNode | string)[], place: Place): void {
    for (const node of nodes) {
      if (typeof node !== 'string' && node.role !== 'text') this.#read(node, place);
      else if (!place.isTold)
        this.parts.push({
          kind: 'text',
          text: typeof node === 'string' ? node : (node.text ?? ''),
        });
    }
  }

  #read(node: AriaNode, place: Place): void {
    if (node.ariaHidden) return;
    if (node.role === 'iframe') {
      this.#readAll(node.children ?? [], this.#inFrame(node, place));
      return;
    }
    const control = node.box && place.facts?.controls.get(boxKey(node.box));
    const role = roleOf(node, control);
    const letter = letterOf(role, { node, control, isInElement: place.isInElement });
    if (letter !== undefined && node.disabled) {
      this.parts.push({ kind: 'disabled', role, text: textOf(node) });
    } else if (letter !== undefined && node.ref !== undefined) {
      this.#addElement({ ...node, role, ref: node.ref }, { letter, control, place });
      this.#readAll(node.children ?? [], { ...place, isTold: true, isInElement: true });
    } else {
      this.#readPlain(node, place);
    }
  }

  #readPlain(node: AriaNode, place: Place): void {
    const isHeading = node.role === 'heading';
    if (isHeading && !place.isTold)
      this.parts.push({ kind: 'heading', level: node.level ?? 2, text: textOf(node) });
    const isLeaf = !node.children?.length;
    if (isLeaf && !isHeading && !place.isTold && textOf(node) !== '')
      this.parts.push({ kind: 'text', text: textOf(node) });
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
    return { ...place, facts: this.#facts.get(node.ref ?? ''), offset, isMainFrame: false };
  }

  #addElement(
    node: AriaNode & { ref: string },
    { letter, control, place }: { letter: string; control: Control | undefined; place: Place },
  ): void {
    const { role, ref, box } = node;
    const name = letter === 'I' ? (node.name ?? '') : textOf(node);
    const action = actionOf(letter, role, control);
    const element: FoundElement = {
      ...{ id: this.#nextId(letter), role, name, action },
      description: describeAction(action, role, name),
      selector: place.isMainFrame ? this.#selectorOf(node) : null,
      box: box ? shifted(box, place.offset) : null,
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

  /** As Playwright's `getByRole` writes it. It fails, rather than finding something else, when the page has more of the kind by then. */
  #selectorOf(node: AriaNode): string | null {
    if (!node.name || !hasLetter(node) || this.#names.get(nameKey(node)) !== 1) return null;
    return `internal:role=${node.role}[name="${node.name.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"s]`;
  }
}

function isPicture(role: string): boolean {
  return role === 'img' || role === 'image';
}

/** Whether it may get an id by its role. */
function hasLetter({ role }: AriaNode): boolean {
  return role in LETTERS || isPicture(role);
}

function nameKey(node: AriaNode): string {
  return `${node.role}\n${textOf(node)}`;
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
  const options = allNodes(node.children ?? []).filter(({ role }) => role === 'option');
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
