/** Describes a page: one line per text and element, under the page's headings. */
import { htmlText, oneLine } from '../../base/texts';
import type { FoundElement, PagePart } from './read-tree';

/** Returns the description of a page. */
export function describePage(parts: readonly PagePart[]): string {
  return parts
    .filter((part, index) => !isLabel(part, [parts[index - 1], parts[index + 1]]))
    .map(line)
    .filter((text) => text !== '')
    .join('\n');
}

/** Whether a text is the label of the adjacent control, which has it as its name. */
function isLabel(part: PagePart, beside: readonly (PagePart | undefined)[]): boolean {
  return (
    part.kind === 'text' &&
    beside.some((other) => other?.kind === 'element' && other.element.name === oneLine(part.text))
  );
}

function line(part: PagePart): string {
  switch (part.kind) {
    case 'heading':
      return `${'#'.repeat(Math.min(Math.max(part.level, 1), 6))} ${oneLine(part.text)}`;
    case 'text':
      return part.text.trim() && `_[:]${oneLine(part.text)}`;
    case 'disabled':
      return `_[:]${oneLine(part.text)} (${part.role}, disabled)`;
    case 'element':
      return `${part.element.id}[:]${tag(part.element)}`;
  }
}

function tag({ tag: name, role, inputType, name: text, ...state }: FoundElement): string {
  const attributes = {
    role: name === 'div' && role !== 'generic' ? role : undefined,
    type: inputType || undefined,
    href: state.url,
    ...{ placeholder: state.placeholder, value: state.value, options: state.options?.join(' | ') },
    ...{
      checked: state.checked,
      selected: state.selected,
      expanded: state.expanded,
      pressed: state.pressed,
    },
  };
  const written = Object.entries(attributes).filter(
    ([, value]) => value !== undefined && value !== false,
  );
  return `<${[name, ...written.map(([key, value]) => (value === true ? key : `${key}="${escaped(String(value)).replaceAll('"', '&quot;')}"`))].join(' ')}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return htmlText(oneLine(text));
}
