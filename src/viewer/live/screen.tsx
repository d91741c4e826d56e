/** The picture of a session, as large as its place allows; under control it takes mouse, keyboard and what is pasted. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from '../connection';
import { useHands } from './use-hands';
import type { Live } from './use-live';

interface ScreenProps {
  live: Live;
  label: string;
  isDriven: boolean;
}

export function Screen({ live, label, isDriven }: ScreenProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const page = useRef({ width: 0, height: 0 });
  const [hasPicture, setHasPicture] = useState(false);
  useEffect(() => {
    const { current: element } = canvas;
    const { current: outer } = place;
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
  const hands = useHands({ live, canvas, page, isDriven });
  return (
    <div class="screen" ref={place}>
      <canvas
        ref={canvas}
        class={`screen-picture${isDriven ? ' driven' : ''}`}
        data-pictures="0"
        role={isDriven ? 'application' : 'img'}
        aria-label={isDriven ? `${label}. Your keyboard types into the page.` : label}
        aria-describedby={isDriven ? 'screen-hint' : undefined}
        tabIndex={isDriven ? 0 : -1}
        hidden={!hasPicture}
        {...hands}
      />
      {!hasPicture && (
        <p class="screen-waiting">
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

/** Draws each picture in its order; of those that come while one is decoded, the last. */
function drawer(
  canvas: HTMLCanvasElement,
  onDrawn: (picture: Picture) => void,
): (picture: Picture) => void {
  let isBusy = false;
  let next: Picture | undefined;
  let drawn = 0;
  const draw = async (picture: Picture): Promise<void> => {
    isBusy = true;
    const bitmap = await createImageBitmap(picture.jpeg).catch(() => undefined); // cut short with its connection
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

/** Fills its place without changing its shape, on whole pixels of the screen: that is what keeps text sharp. */
function fitInto(canvas: HTMLCanvasElement, place: HTMLElement): void {
  const { width, height } = canvas;
  const scale = Math.min(place.clientWidth / width, place.clientHeight / height);
  const natural = 1 / devicePixelRatio;
  const used = Math.abs(scale - natural) < 0.04 && scale >= natural ? natural : scale;
  canvas.style.width = `${Math.floor(width * used)}px`;
  canvas.style.height = `${Math.floor(height * used)}px`;
}
