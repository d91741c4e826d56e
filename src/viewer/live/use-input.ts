/** Sends mouse, keyboard and clipboard input on the picture to the page behind it. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveInput } from '../../contract/viewer';
import { useLatest } from '../../ui/hooks';
import { keyCodeOf } from './key-code';
import type { Live } from './use-live';

/** Two presses within this time and distance are a double click, in milliseconds and pixels, as in most systems. */
const DOUBLE_MS = 500;
const DOUBLE_PX = 5;
const BUTTONS = ['left', 'middle', 'right'] as const;
/** Buttons by their bit in `buttons`; the first pressed one drags. */
const BUTTON_BITS = [
  [1, 'left'],
  [2, 'right'],
  [4, 'middle'],
] as const;

interface InputOptions {
  live: Live;
  canvas: RefObject<HTMLCanvasElement | null>;
  /** Size of the page in CSS pixels. */
  page: RefObject<{ width: number; height: number }>;
  isDriven: boolean;
}

type MouseInput = Extract<LiveInput, { kind: 'mouse' }>;
type KeyInput = Extract<LiveInput, { kind: 'key' }>;
type Handlers = Record<string, ((event: never) => void) | undefined>;

/** The event handlers of the picture; none while the user does not control the session. */
export function useInput({ live, canvas, page, isDriven }: InputOptions): Handlers {
  const clicks = useRef({ atMs: 0, x: 0, y: 0, count: 0 });
  const moves = useMoves(live);
  const { sendKey, releaseKeys } = useKeys(live);
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
      releaseKeys();
    };
  }, [isDriven]);
  if (!isDriven) return {};
  const at = (event: MouseEvent): { x: number; y: number } => pointOf(event, canvas, page);
  const sendMouse = (
    type: MouseInput['type'],
    event: MouseEvent,
    more: Partial<MouseInput> = {},
  ): void => {
    moves.flush(); // earlier moves first
    live.send(mouseInput(type, event, { ...at(event), ...more }));
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      canvas.current?.focus();
      canvas.current?.setPointerCapture(event.pointerId);
      clicks.current = nextClick(clicks.current, event);
      sendMouse('mousePressed', event, { clickCount: clicks.current.count });
      event.preventDefault();
    },
    onPointerUp: (event: PointerEvent) =>
      sendMouse('mouseReleased', event, { clickCount: clicks.current.count }),
    onPointerMove: (event: PointerEvent) => moves.add(mouseInput('mouseMoved', event, at(event))),
    onWheel: (event: WheelEvent) => {
      sendMouse('mouseWheel', event, { deltaX: event.deltaX, deltaY: event.deltaY });
      event.preventDefault();
    },
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
    onKeyDown: sendKey,
    onKeyUp: sendKey,
    onBlur: releaseKeys,
  };
}

/** Sends the latest mouse position once per frame. */
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

interface Keys {
  sendKey: (event: KeyboardEvent) => void;
  /** Needed after a blur: the `keyup` events go elsewhere. */
  releaseKeys: () => void;
}

function useKeys(live: Live): Keys {
  const pressed = useRef(new Map<string, KeyInput>()).current;
  const releaseKeys = (): void => {
    for (const input of pressed.values())
      live.send({ ...input, type: 'keyUp', text: '', modifiers: 0, repeat: false });
    pressed.clear();
  };
  const sendKey = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const isDown = event.type === 'keydown';
    if ((ctrlKey || metaKey) && key.toLowerCase() === 'v') return; // the paste event follows
    event.preventDefault();
    if (isDown && key === 'Enter' && ctrlKey && altKey) {
      live.giveBack();
      return;
    }
    const input = keyInput(event, isDown);
    if (isDown) pressed.set(input.code, input);
    else pressed.delete(input.code);
    live.send(input);
  };
  return { sendKey, releaseKeys };
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
  const isPress = type === 'mousePressed' || type === 'mouseReleased';
  const dragging = BUTTON_BITS.find(([bit]) => (event.buttons & bit) !== 0)?.[1];
  return {
    kind: 'mouse',
    type,
    x: 0,
    y: 0,
    button: (isPress ? BUTTONS[event.button] : dragging) ?? 'none',
    buttons: event.buttons,
    clickCount: 0,
    modifiers: modifiersOf(event),
    deltaX: 0,
    deltaY: 0,
    ...more,
  };
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

/** The text that a key types: none with Control or Command. */
function textOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  if (metaKey || (ctrlKey && !altKey)) return '';
  if (key === 'Enter') return '\r';
  return /^.$/su.test(key) ? key : '';
}

/** The bit mask of the Chrome DevTools Protocol. */
function modifiersOf(event: MouseEvent | KeyboardEvent): number {
  return (
    Number(event.altKey) +
    2 * Number(event.ctrlKey) +
    4 * Number(event.metaKey) +
    8 * Number(event.shiftKey)
  );
}
