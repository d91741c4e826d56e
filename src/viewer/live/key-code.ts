/** Windows virtual key codes, which browsers still use to tell keys apart. */

/** Codes of named keys, by `KeyboardEvent.key`. */
const NAMED: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Shift: 16,
  Control: 17,
  Alt: 18,
  Pause: 19,
  CapsLock: 20,
  Escape: 27,
  ' ': 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Insert: 45,
  Delete: 46,
  Meta: 91,
  ContextMenu: 93,
};
/** The code of F1, minus one. */
const BEFORE_F1 = 111;

/** The code of a key; 0 for a key that only types its text. */
export function keyCodeOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): number {
  const named = NAMED[key];
  if (named !== undefined) return named;
  const functionKey = /^F(\d{1,2})$/.exec(key)?.[1];
  if (functionKey !== undefined) return BEFORE_F1 + Number(functionKey);
  const letterOrDigit = /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  return letterOrDigit?.charCodeAt(0) ?? 0;
}
