/** What can be downloaded of a session with tests. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { took } from '../format';
import { Icon } from '../ui/icon';
import { OutcomeIcon } from '../ui/parts';
import type { Chapter, Film } from './film';

const ID = 'download-menu';
/** Between the button and its menu, in pixels. */
const GAP_PX = 6;

interface DownloadMenuProps {
  film: Film;
  /** The test that is shown now; undefined before the first one. */
  chapter: Chapter | undefined;
  /** While something is waited for, nothing else can be chosen. */
  isBusy: boolean;
  onTest: (chapter: Chapter) => void;
  onWhole: () => void;
}

/** The browser's own popover: Escape and a click elsewhere close it, and Tab leads from its button into it. */
export function DownloadMenu(props: DownloadMenuProps): JSX.Element {
  const { film, chapter, isBusy, onTest, onWhole } = props;
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const shown = useRef(chapter);
  if (!isOpen) shown.current = chapter; // while it is open it offers what it did: the film may go on under the hand
  const test = shown.current ?? film.chapters[0]; // a film begins before its first test does
  const choose = (action: () => void): void => {
    menu.current?.hidePopover();
    action();
  };
  const place = (): void => {
    const bottom = button.current?.getBoundingClientRect().bottom ?? 0;
    menu.current?.style.setProperty('top', `${bottom + GAP_PX}px`); // not all browsers do so by CSS yet
  };
  return (
    <>
      <button ref={button} type="button" class="button plain download-button" popovertarget={ID}>
        <Icon name="download" />
        <span>Download</span>
        <Icon name="down" />
      </button>
      <div
        ref={menu}
        id={ID}
        popover="auto"
        class="menu"
        role="group"
        aria-label="What to download"
        onBeforeToggle={place}
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {test && (
          <TestItem
            test={test}
            label={test === shown.current ? 'This test' : 'First test'}
            isBusy={isBusy}
            onChoose={() => choose(() => onTest(test))}
          />
        )}
        <Item
          icon={<Icon name="film" />}
          label="Whole session"
          time={took(film.durationS * 1000)}
          isDisabled={isBusy}
          onChoose={() => choose(onWhole)}
        />
      </div>
    </>
  );
}

function TestItem(props: {
  test: Chapter;
  label: string;
  isBusy: boolean;
  onChoose: () => void;
}): JSX.Element {
  const { test, label, isBusy, onChoose } = props;
  if (test.hasPictures !== true)
    return <p class="menu-hint hint">There are no pictures of the test “{test.title}”.</p>;
  return (
    <Item
      icon={<OutcomeIcon outcome={test.outcome} />}
      label={label}
      detail={test.title}
      time={took((test.to - test.from) * 1000)}
      isDisabled={isBusy}
      onChoose={onChoose}
    />
  );
}

function Item(props: {
  icon: JSX.Element;
  label: string;
  detail?: string;
  time: string;
  isDisabled: boolean;
  onChoose: () => void;
}): JSX.Element {
  const { icon, label, detail, time, isDisabled, onChoose } = props;
  return (
    <button type="button" class="menu-item" disabled={isDisabled} onClick={onChoose}>
      {icon}
      <span class="menu-text">
        <span class="menu-label">{label}</span>
        {detail !== undefined && <span class="menu-detail hint">{detail}</span>}
      </span>
      <span class="menu-time hint">{time}</span>
    </button>
  );
}
