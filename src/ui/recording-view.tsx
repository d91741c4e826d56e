/** A recording: its player, and the list of its events next to it. */
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Controls } from './controls';
import { EventList } from './event-list';
import { useLatest } from './hooks';
import type { Recording, RecordingEvent } from './recording';
import { Track } from './track';
import type { Player } from './use-player';

interface RecordingViewProps {
  recording: Recording;
  player: Player;
  /** Undefined if there is no video. */
  src: string | undefined;
  /** Accessible names of the player and of its video. */
  label: string;
  videoLabel: string;
  /** True if keys work wherever the focus is, false for a player among others. */
  isWholePage: boolean;
  hasEvents?: boolean;
  /** URL of a moment, relative to the page. */
  linkTo: (atMs: number) => string;
  /** @default moves the player to the event */
  onChoose?: (event: RecordingEvent) => void;
  onError: () => void;
  onLoadedMetadata?: (video: HTMLVideoElement) => void;
  /** Over the picture, or instead of it. */
  picture?: ComponentChildren;
  /** Below the player. */
  children?: ComponentChildren;
}

export function RecordingView(props: RecordingViewProps): JSX.Element {
  const { recording, player, src, label, hasEvents = true } = props;
  const { atMs, seek } = player;
  const seekTo = (event: RecordingEvent): void => seek(event.atMs ?? atMs);
  const stage = useRef<HTMLDivElement>(null);
  const fullScreen = useKeys(player, stage, props.isWholePage);
  return (
    <div class="recording">
      <div class="stage" role="group" aria-label={label} ref={stage}>
        <div class="stage-picture">
          <Video {...props} />
          {props.picture}
        </div>
        <Track recording={recording} atMs={atMs} onSeek={seek} />
        <Controls
          player={player}
          durationMs={recording.durationMs}
          isPlayable={src !== undefined}
          linkTo={props.linkTo}
          onFullScreen={fullScreen}
        />
      </div>
      {props.children}
      {hasEvents && (
        <EventList
          recording={recording}
          atMs={atMs}
          onSeek={seek}
          onChoose={props.onChoose ?? seekTo}
        />
      )}
    </div>
  );
}

function Video({ src, player, ...props }: RecordingViewProps): JSX.Element | null {
  if (src === undefined) return null;
  return (
    <video
      ref={player.video}
      src={src}
      aria-label={props.videoLabel}
      preload="auto"
      playsInline
      muted
      onClick={player.toggle}
      onError={props.onError}
      onLoadedMetadata={({ currentTarget }) => props.onLoadedMetadata?.(currentTarget)}
      {...player.listeners}
    />
  );
}

/** Handles the keys of the player. Returns what its button for full screen does. */
function useKeys(
  player: Player,
  stage: RefObject<HTMLElement | null>,
  isWholePage: boolean,
): () => void {
  const fullScreen = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void stage.current?.requestFullscreen().catch(() => {}); // not allowed in every frame
  };
  const onKey = useLatest((event: KeyboardEvent) => {
    if (event.defaultPrevented || needsKey(event)) return;
    if (event.key === 'f' && !event.ctrlKey && !event.metaKey) fullScreen();
    else if (!player.onKey(event)) return;
    event.preventDefault();
  });
  useEffect(() => {
    const keys: GlobalEventHandlers | null = isWholePage ? document : stage.current;
    keys?.addEventListener('keydown', onKey);
    return () => keys?.removeEventListener('keydown', onKey);
  }, []);
  return fullScreen;
}

/** Whether the focused element uses the key itself. */
function needsKey({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('select, input:not([type="range"])')) return true;
  return target.matches('button, a') && (key === ' ' || key === 'Enter');
}
