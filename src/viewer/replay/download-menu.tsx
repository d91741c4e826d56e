/** The menu of downloads for a session with tests. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { durationText } from '../../base/texts';
import { Icon } from '../../ui/icon';
import { OutcomeIcon } from '../../ui/parts';
import type { Chapter, Recording } from '../../ui/recording';

const ID = 'download-menu';
/** Between the button and its menu, in pixels. */
const GAP_PX = 6;

interface DownloadMenuProps {
  recording: Recording;
  /** The current test; undefined before the first one. */
  chapter: Chapter | undefined;
  isBusy: boolean;
  onTest: (chapter: Chapter) => void;
  onWhole: () => void;
}

/** Uses the browser's popover: Escape and a click elsewhere close it, and Tab goes from its button into it. */
export function DownloadMenu(props: DownloadMenuProps): JSX.Element {
  const { recording, chapter, isBusy, onTest, onWhole } = props;
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const offered = useRef(chapter);
  if (!isOpen) offered.current = chapter; // an open menu does not change while the recording plays
  const test = offered.current ?? recording.chapters[0];
  const choose = (action: () => void): void => {
    menu.current?.hidePopover();
    action();
  };
  return (
    <>
      <button type="button" class="button plain download-button" popovertarget={ID}>
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
        onBeforeToggle={placeBelowButton}
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {test?.hasPictures === false && (
          <p class="menu-hint hint">There are no pictures of the test “{test.title}”.</p>
        )}
        {test?.hasPictures === true && (
          <Item
            icon={<OutcomeIcon outcome={test.outcome} />}
            label={test === offered.current ? 'This test' : 'First test'}
            detail={test.title}
            durationMs={test.toMs - test.fromMs}
            isDisabled={isBusy}
            onChoose={() => choose(() => onTest(test))}
          />
        )}
        <Item
          icon={<Icon name="recording" />}
          label="Whole session"
          durationMs={recording.durationMs}
          isDisabled={isBusy}
          onChoose={() => choose(onWhole)}
        />
      </div>
    </>
  );
}

/** CSS anchors are missing in some browsers. */
function placeBelowButton({ currentTarget: menu }: { currentTarget: HTMLElement }): void {
  const bottom = menu.previousElementSibling?.getBoundingClientRect().bottom ?? 0;
  menu.style.top = `${bottom + GAP_PX}px`;
}

function Item(props: {
  icon: JSX.Element;
  label: string;
  detail?: string;
  durationMs: number;
  isDisabled: boolean;
  onChoose: () => void;
}): JSX.Element {
  const { icon, label, detail, durationMs, isDisabled, onChoose } = props;
  return (
    <button type="button" class="menu-item" disabled={isDisabled} onClick={onChoose}>
      {icon}
      <span class="menu-text">
        <span class="menu-label">{label}</span>
        {detail !== undefined && <span class="menu-detail hint">{detail}</span>}
      </span>
      <span class="menu-time hint">{durationText(durationMs)}</span>
    </button>
  );
}
