/** The buttons of a player. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { clock } from './format';
import { Icon } from './icon';
import { Button } from './parts';
import type { Player } from './use-player';

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];

interface ControlsProps {
  player: Player;
  durationMs: number;
  /** Whether there is a video to play. */
  isPlayable: boolean;
  /** URL of a moment, relative to the page. */
  linkTo: (atMs: number) => string;
  onFullScreen: () => void;
}

export function Controls(props: ControlsProps): JSX.Element {
  const { player, durationMs, isPlayable, linkTo, onFullScreen } = props;
  const { atMs, isPlaying, toggle, step, speed, setSpeed } = player;
  const back = (): void => step(-1);
  const forward = (): void => step(1);
  return (
    <div class="controls">
      <Button icon="back" label="Back one frame (,)" iconOnly look="quiet" onClick={back} />
      <Button
        icon={isPlaying ? 'pause' : 'play'}
        label={isPlaying ? 'Pause (space)' : 'Play (space)'}
        iconOnly
        look="primary"
        isDisabled={!isPlayable}
        onClick={toggle}
      />
      <Button
        icon="forward"
        label="Forward one frame (.)"
        iconOnly
        look="quiet"
        onClick={forward}
      />
      <span class="controls-time">
        {clock(atMs, true)} <span class="hint">/ {clock(durationMs, true)}</span>
      </span>
      <CopyLink href={linkTo(atMs)} moment={clock(atMs, true)} />
      <select
        aria-label="Speed"
        disabled={!isPlayable}
        value={String(speed)}
        onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}
      >
        {SPEEDS.map((each) => (
          <option key={each} value={String(each)}>
            {each}×
          </option>
        ))}
      </select>
      <Button icon="full" label="Full screen (f)" iconOnly look="quiet" onClick={onFullScreen} />
    </div>
  );
}

function CopyLink({ href, moment }: { href: string; moment: string }): JSX.Element {
  const [message, setMessage] = useState('');
  const copy = async (event: Event): Promise<void> => {
    event.preventDefault(); // the page stays as it is
    history.replaceState(null, '', href);
    const isCopied = await copyText(location.href);
    setMessage(
      isCopied ? `Link to ${moment} copied` : 'The address bar has the link to this moment',
    );
  };
  return (
    <>
      <span class="controls-message hint" role="status">
        {message}
      </span>
      <a
        class="button quiet icon-only"
        href={href}
        title="Copy a link to this moment"
        aria-label="Copy a link to this moment"
        onClick={(event) => void copy(event)}
      >
        <Icon name="link" />
      </a>
    </>
  );
}

/** Returns false without access to the clipboard: browsers allow it only over HTTPS or on localhost, and not in every frame. */
async function copyText(text: string): Promise<boolean> {
  if (!isSecureContext) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
