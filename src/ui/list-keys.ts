/** Lists of things to go to, by the keyboard: each is one stop of the tab key, however long, and the arrow keys go from line to line. */

/** For the `keydown` of such a list, which has the focus itself at first: its lines are buttons that the tab key passes over. */
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

/** The line that is looked at, or the first one. */
function current(lines: readonly HTMLElement[]): HTMLElement | undefined {
  return (
    lines.findLast((line) => line.closest('[aria-current]:not([aria-current="false"])')) ?? lines[0]
  );
}
