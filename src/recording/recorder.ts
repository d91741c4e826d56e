/** What may be asked of the recording of a session, whoever makes it. */
import type { FrameStore } from './frame-store';

/** How a session is recorded. */
export interface RecorderOptions {
  /**
   * The picture is scaled down to fit into this, in pixels. It is never scaled up.
   * @default 800x800
   */
  size?: { width: number; height: number } | undefined;
  /**
   * At most so many frames a second (1 to 60). A page that stands still makes none.
   * @default 10
   */
  fps?: number | undefined;
  /**
   * How long a new page may load before its first picture, in milliseconds. That picture also stands for the time before it.
   * @default 200
   */
  loadMs?: number | undefined;
  /**
   * How long {@link Recorder.stop} may wait for the picture of the last change, in milliseconds.
   * @default 300
   */
  lookMs?: number | undefined;
}

/** Records while it is asked to. */
export interface Recorder {
  /** Begins to record, at once and with every page that opens later. Does nothing while recording, or once closed. */
  start(options?: RecorderOptions): void;
  /**
   * Ends the recording. Does nothing while idle.
   * @param options.lastLook - wait for the picture of the last change, about 35 ms and at most `lookMs`; keep the page open until then.
   * `false` saves that where the recording will not be kept. Default: true
   */
  stop(options?: { lastLook?: boolean }): Promise<void>;
  /** A browser context is about to close: its pages are not shown any more. */
  leave(browserContextId: string): void;
  /** Hides the pages of a browser context that is prepared for the next test; `null` when that test has it. */
  prepare(browserContextId: string | null): void;
  /** Stops, and detaches from all pages. The store is left open. Safe to call twice. */
  close(): Promise<void>;
}

/** Takes the frames of a recorder: a store, or people who watch. `cut` says that nothing is on screen from then on. */
export type FrameSink = Pick<FrameStore, 'append' | 'cut'>;

/** A recorder and where its frames go. */
export interface OpenRecording {
  /** Takes the pictures: starts and stops. */
  recorder: Recorder;
  /** The pictures so far. */
  frames: FrameStore;
}
