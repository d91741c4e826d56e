/** The picture of a session, as large as possible. It takes mouse, keyboard and paste input while the user controls the session. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from '../connection';
import { useInput } from './use-input';
import type { Live } from './use-live';

interface ScreenProps {
  live: Live;
  label: string;
  isDriven: boolean;
}

export function Screen({ live, label, isDriven }: ScreenProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const page = useRef({ width: 0, height: 0 });
  const [hasPicture, setHasPicture] = useState(false);
  useEffect(() => {
    const { current: element } = canvas;
    const { current: outer } = frame;
    if (!element || !outer) return undefined;
    const fit = (): void => fitInto(element, outer);
    const draw = drawer(element, ({ width, height }) => {
      page.current = { width, height };
      fit();
      setHasPicture(true);
    });
    const forget = live.onPicture(draw);
    const observer = new ResizeObserver(fit);
    observer.observe(outer);
    return () => {
      forget();
      observer.disconnect();
    };
  }, []);
  const input = useInput({ live, canvas, page, isDriven });
  return (
    <div class="screen" ref={frame}>
      <canvas
        ref={canvas}
        class={`screen-picture${isDriven ? ' driven' : ''}`}
        data-pictures="0"
        role={isDriven ? 'application' : 'img'}
        aria-label={isDriven ? `${label}. Your keyboard types into the page.` : label}
        aria-describedby={isDriven ? 'screen-hint' : undefined}
        tabIndex={isDriven ? 0 : -1}
        hidden={!hasPicture}
        {...input}
      />
      {!hasPicture && (
        <p class="hint">
          <span class="spinner" aria-hidden="true" /> Waiting for the first picture
        </p>
      )}
      {isDriven && (
        <p class="screen-hint" id="screen-hint">
          You have mouse and keyboard. <kbd>Ctrl</kbd> <kbd>Alt</kbd> <kbd>Enter</kbd> gives them
          back.
        </p>
      )}
    </div>
  );
}

/** Draws pictures in their order. While one is being decoded, only the last of the next ones is kept. */
function drawer(
  canvas: HTMLCanvasElement,
  onDrawn: (picture: Picture) => void,
): (picture: Picture) => void {
  let isBusy = false;
  let next: Picture | undefined;
  let drawn = 0;
  const draw = async (picture: Picture): Promise<void> => {
    isBusy = true;
    const bitmap = await createImageBitmap(picture.jpeg).catch(() => undefined); // truncated by a lost connection
    if (bitmap) {
      if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
      if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
      canvas.getContext('2d', { alpha: false })?.drawImage(bitmap, 0, 0);
      bitmap.close();
      drawn += 1;
      canvas.dataset['pictures'] = String(drawn);
      onDrawn(picture);
    }
    isBusy = false;
    const waiting = next;
    next = undefined;
    if (waiting) void draw(waiting);
  };
  return (picture) => {
    if (isBusy) next = picture;
    else void draw(picture);
  };
}

/** Fills the frame and keeps the aspect ratio. Whole device pixels keep text sharp. */
function fitInto(canvas: HTMLCanvasElement, frame: HTMLElement): void {
  const { width, height } = canvas;
  const scale = Math.min(frame.clientWidth / width, frame.clientHeight / height);
  const natural = 1 / devicePixelRatio;
  const used = Math.abs(scale - natural) < 0.04 && scale >= natural ? natural : scale;
  canvas.style.width = `${Math.floor(width * used)}px`;
  canvas.style.height = `${Math.floor(height * used)}px`;
}
