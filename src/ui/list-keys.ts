/** Keyboard use of long lists: a list is one stop of the Tab key, and the arrow keys move between its lines. */

/** A `keydown` listener for the list. The list has the focus at first; its lines are buttons outside of the tab order. */
export function walkLines(event: KeyboardEvent): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const list = event.currentTarget;
  if (by === undefined || !(list instanceof HTMLElement)) return;
  const lines = [...list.querySelectorAll<HTMLElement>('button:enabled')];
  const at = lines.findIndex((line) => line === document.activeElement);
  const next = at < 0 ? current(lines) : lines[at + by];
  event.preventDefault(); // it would scroll
  next?.focus();
}

/** The current line, or the first one. */
function current(lines: readonly HTMLElement[]): HTMLElement | undefined {
  return (
    lines.findLast((line) => line.closest('[aria-current]:not([aria-current="false"])')) ?? lines[0]
  );
}
