/** What somebody does by hand in a watched page: read from a message, and done by the browser. */
import { parseJson, isRecord } from '../../base/json';
import type { CdpSession } from '../../cdp/connection';
import type { LiveInput } from '../../contract/viewer';

/** What a kind of message is made of: a value of each type, as an example. A text that names several is one of them. */
const SHAPES = {
  show: { tab: '' },
  mouse: {
    type: 'mousePressed|mouseReleased|mouseMoved|mouseWheel',
    x: 0,
    y: 0,
    button: 'none|left|middle|right',
    buttons: 0,
    clickCount: 0,
    modifiers: 0,
    deltaX: 0,
    deltaY: 0,
  },
  key: {
    type: 'keyDown|rawKeyDown|keyUp',
    key: '',
    code: '',
    text: '',
    keyCode: 0,
    location: 0,
    modifiers: 0,
    repeat: false,
  },
  paste: { text: '' },
  navigate: { url: '' },
  stop: {},
} as const satisfies Record<LiveInput['kind'], object>;

/** The message; undefined for what is none. */
export function readInput(text: string): LiveInput | undefined {
  const message = parseJson(text);
  if (!isRecord(message) || typeof message['kind'] !== 'string') return undefined;
  const { kind } = message;
  if (!Object.hasOwn(SHAPES, kind)) return undefined;
  const fits = Object.entries(SHAPES[kind as LiveInput['kind']]).every(([name, example]) =>
    isLike(example, message[name]),
  );
  return fits ? (message as unknown as LiveInput) : undefined;
}

function isLike(example: unknown, value: unknown): boolean {
  if (typeof value !== typeof example) return false;
  if (typeof example === 'string' && example !== '')
    return example.split('|').includes(String(value));
  return typeof value !== 'number' || Number.isFinite(value);
}

/** Does it in the page. A page may close at any time: what it does not answer is no loss. */
export function doByHand(
  page: CdpSession,
  input: Exclude<LiveInput, { kind: 'show' | 'stop' }>,
): void {
  send(page, input).catch(() => {});
}

async function send(
  page: CdpSession,
  input: Exclude<LiveInput, { kind: 'show' | 'stop' }>,
): Promise<unknown> {
  switch (input.kind) {
    case 'mouse': {
      const { kind: _, ...event } = input;
      return page.send('Input.dispatchMouseEvent', event);
    }
    case 'key': {
      const { type, key, code, text, keyCode, location, modifiers, repeat } = input;
      return page.send('Input.dispatchKeyEvent', {
        ...{ type, key, code, location, modifiers },
        ...(text !== '' && { text, unmodifiedText: text }),
        windowsVirtualKeyCode: keyCode,
        autoRepeat: repeat,
      });
    }
    case 'paste':
      return page.send('Input.insertText', { text: input.text });
    case 'navigate':
      return page.send('Page.navigate', { url: input.url });
  }
}
