/** Mouse, keyboard and clipboard on the picture, as input of the page behind it. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveInput } from '../../contract/viewer';
import { useLatest } from '../hooks';
import { keyCodeOf } from './key-code';
import type { Live } from './use-live';

/** Two presses in this time and place are a double click, in milliseconds and pixels: as systems have it. */
const DOUBLE_MS = 500;
const DOUBLE_PX = 5;
const BUTTONS = ['left', 'middle', 'right'] as const;
/** The buttons that are down, as a bit mask has them; the first one that is drags. */
const HELD = [
  [1, 'left'],
  [2, 'right'],
  [4, 'middle'],
] as const;

interface Hands {
  live: Live;
  canvas: RefObject<HTMLCanvasElement | null>;
  /** Size of the page in CSS pixels. */
  page: RefObject<{ width: number; height: number }>;
  isDriven: boolean;
}

type MouseInput = Extract<LiveInput, { kind: 'mouse' }>;
type KeyInput = Extract<LiveInput, { kind: 'key' }>;
type Handlers = Record<string, ((event: never) => void) | undefined>;

/** The handlers of the picture; none while the session is not under control. */
export function useHands({ live, canvas, page, isDriven }: Hands): Handlers {
  const clicks = useRef({ atMs: 0, x: 0, y: 0, count: 0 });
  const moves = useMoves(live);
  const keys = useHeldKeys(live);
  const paste = useLatest((event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '') live.send({ kind: 'paste', text });
    event.preventDefault();
  });
  useEffect(() => {
    if (!isDriven) return undefined;
    canvas.current?.focus();
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('paste', paste);
      keys.letGo();
    };
  }, [isDriven]);
  if (!isDriven) return {};
  const at = (event: MouseEvent): { x: number; y: number } => pointOf(event, canvas, page);
  const send = (
    type: MouseInput['type'],
    event: MouseEvent,
    more: Partial<MouseInput> = {},
  ): void => {
    moves.flush(); // they came before
    live.send(mouseInput(type, event, { ...at(event), ...more }));
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      canvas.current?.focus();
      canvas.current?.setPointerCapture(event.pointerId);
      clicks.current = nextClick(clicks.current, event);
      send('mousePressed', event, { clickCount: clicks.current.count });
      event.preventDefault();
    },
    onPointerUp: (event: PointerEvent) =>
      send('mouseReleased', event, { clickCount: clicks.current.count }),
    onPointerMove: (event: PointerEvent) => moves.add(mouseInput('mouseMoved', event, at(event))),
    onWheel: (event: WheelEvent) => {
      send('mouseWheel', event, { deltaX: event.deltaX, deltaY: event.deltaY });
      event.preventDefault();
    },
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
    onKeyDown: (event: KeyboardEvent) => typeKey(event, true, { live, keys }),
    onKeyUp: (event: KeyboardEvent) => typeKey(event, false, { live, keys }),
    onBlur: keys.letGo,
  };
}

/** Sends where the mouse is, once for each frame. */
function useMoves(live: Live): { add: (input: MouseInput) => void; flush: () => void } {
  const waiting = useRef<MouseInput | undefined>(undefined);
  const flush = (): void => {
    if (waiting.current) live.send(waiting.current);
    waiting.current = undefined;
  };
  return {
    add: (input) => {
      if (!waiting.current) requestAnimationFrame(flush);
      waiting.current = input;
    },
    flush,
  };
}

interface HeldKeys {
  send: (input: KeyInput) => void;
  /** Whoever goes away with a key down lets go of it elsewhere, which nobody tells us. */
  letGo: () => void;
}

/** Sends keys, and knows which of them are down. */
function useHeldKeys(live: Live): HeldKeys {
  const held = useRef(new Map<string, KeyInput>()).current;
  return {
    send: (input) => {
      if (input.type === 'keyUp') held.delete(input.code);
      else held.set(input.code, input);
      live.send(input);
    },
    letGo: () => {
      for (const input of held.values())
        live.send({ ...input, type: 'keyUp', text: '', modifiers: 0, repeat: false });
      held.clear();
    },
  };
}

function typeKey(
  event: KeyboardEvent,
  isDown: boolean,
  { live, keys }: { live: Live; keys: HeldKeys },
): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'v') return; // comes as what is pasted
  event.preventDefault();
  if (isDown && key === 'Enter' && ctrlKey && altKey) live.letGo();
  else keys.send(keyInput(event, isDown));
}

function pointOf(
  { clientX, clientY }: MouseEvent,
  canvas: RefObject<HTMLCanvasElement | null>,
  page: RefObject<{ width: number; height: number }>,
): { x: number; y: number } {
  const box = canvas.current?.getBoundingClientRect();
  const { width, height } = page.current;
  if (!box || box.width === 0 || box.height === 0) return { x: 0, y: 0 };
  return {
    x: ((clientX - box.left) / box.width) * width,
    y: ((clientY - box.top) / box.height) * height,
  };
}

function mouseInput(
  type: MouseInput['type'],
  event: MouseEvent,
  more: Partial<MouseInput>,
): MouseInput {
  return {
    kind: 'mouse',
    type,
    x: 0,
    y: 0,
    button:
      type === 'mousePressed' || type === 'mouseReleased' ? buttonOf(event) : heldButton(event),
    buttons: event.buttons,
    clickCount: 0,
    modifiers: modifiersOf(event),
    deltaX: 0,
    deltaY: 0,
    ...more,
  };
}

function buttonOf({ button }: MouseEvent): MouseInput['button'] {
  return BUTTONS[button] ?? 'none';
}

/** The page drags with it. */
function heldButton({ buttons }: MouseEvent): MouseInput['button'] {
  return HELD.find(([bit]) => (buttons & bit) !== 0)?.[1] ?? 'none';
}

function nextClick(
  before: { atMs: number; x: number; y: number; count: number },
  { clientX: x, clientY: y, timeStamp: atMs }: MouseEvent,
): typeof before {
  const isNear =
    atMs - before.atMs < DOUBLE_MS &&
    Math.abs(x - before.x) < DOUBLE_PX &&
    Math.abs(y - before.y) < DOUBLE_PX;
  return { atMs, x, y, count: isNear ? before.count + 1 : 1 };
}

function keyInput(event: KeyboardEvent, isDown: boolean): KeyInput {
  const { key, code, location, repeat } = event;
  const text = isDown ? textOf(event) : '';
  return {
    kind: 'key',
    type: isDown ? (text === '' ? 'rawKeyDown' : 'keyDown') : 'keyUp',
    ...{ key, code, text, location, repeat },
    keyCode: keyCodeOf(event),
    modifiers: modifiersOf(event),
  };
}

/** What a key types: with Control or Command, nothing. */
function textOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  if (metaKey || (ctrlKey && !altKey)) return '';
  if (key === 'Enter') return '\r';
  return /^.$/su.test(key) ? key : '';
}

/** As the protocol of the browser counts them. */
function modifiersOf(event: MouseEvent | KeyboardEvent): number {
  return (
    Number(event.altKey) +
    2 * Number(event.ctrlKey) +
    4 * Number(event.metaKey) +
    8 * Number(event.shiftKey)
  );
}
