/** What can be done with the film: play, step, how fast, a link to this moment, the whole screen. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { copyText } from '../../ui/clipboard';
import { clock } from '../format';
import { Announcement, Button } from '../ui/parts';
import type { Film } from './film';
import { SPEEDS, type Player } from './use-film';

interface ControlsProps {
  player: Player;
  film: Film;
  onFullScreen: () => void;
}

export function Controls({ player, film, onFullScreen }: ControlsProps): JSX.Element {
  const [said, setSaid] = useState('');
  const copyLink = async (): Promise<void> => {
    const moment = clock(player.second * 1000, true);
    history.replaceState(null, '', `#t=${player.second.toFixed(1)}`);
    setSaid(
      (await copyText(location.href))
        ? `Link to ${moment} copied`
        : 'The address bar has the link to this moment',
    );
  };
  return (
    <div class="controls">
      <Announcement text={said} />
      <PlayButtons player={player} />
      <span class="controls-time">
        {clock(player.second * 1000, true)}{' '}
        <span class="hint">/ {clock(film.durationS * 1000, true)}</span>
      </span>
      <span class="bar-space" />
      <span class="controls-said hint" aria-hidden="true">
        {said}
      </span>
      <Speed player={player} />
      <Button
        icon="link"
        label="Copy a link to this moment"
        iconOnly
        look="quiet"
        onClick={() => void copyLink()}
      />
      <Button icon="full" label="Full screen (f)" iconOnly look="quiet" onClick={onFullScreen} />
    </div>
  );
}

function PlayButtons({ player: { isPlaying, toggle, step } }: { player: Player }): JSX.Element {
  const back = (): void => step(-1);
  const forward = (): void => step(1);
  return (
    <>
      <Button icon="back" label="One picture back (,)" iconOnly look="quiet" onClick={back} />
      <Button
        icon={isPlaying ? 'pause' : 'play'}
        label={isPlaying ? 'Pause (space)' : 'Play (space)'}
        iconOnly
        look="primary"
        onClick={toggle}
      />
      <Button icon="forward" label="One picture on (.)" iconOnly look="quiet" onClick={forward} />
    </>
  );
}

function Speed({ player: { speed, setSpeed } }: { player: Player }): JSX.Element {
  return (
    <label class="speed">
      <span class="hidden-text">Speed</span>
      <select
        value={String(speed)}
        onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}
      >
        {SPEEDS.map((each) => (
          <option key={each} value={String(each)}>
            {each}×
          </option>
        ))}
      </select>
    </label>
  );
}
