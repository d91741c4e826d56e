/** The recording of one session: opened on first use, so that a server which records nothing never loads the recorder. */
import type { SessionTargets } from '../../cdp/session-targets';
import type { OpenRecording } from '../../recording/session-recorder';

/** Opens a session's recording once, and closes it at the session's end. */
export class SessionRecording {
  readonly #targets: SessionTargets;
  readonly #folder: string;
  #opened: Promise<OpenRecording> | undefined;

  constructor(targets: SessionTargets, folder: string) {
    this.#targets = targets;
    this.#folder = folder;
  }

  /** True once anybody wanted it. */
  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** The recorder, attached to the session's browser, and its frames. The same at each call, once it could be opened. */
  open(): Promise<OpenRecording> {
    this.#opened ??= this.#attach().catch((error: unknown) => {
      this.#opened = undefined; // a full disk has room again some time
      throw error;
    });
    return this.#opened;
  }

  /** Records from now until the end. */
  async start(): Promise<void> {
    const { recorder } = await this.open();
    recorder.start();
  }

  /** Takes the last picture, while the browser is still there, and writes everything down. The frames can be read until {@link SessionRecording.dispose}. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.recorder.close();
    await opened?.frames.flushed();
  }

  /** Closes the files. */
  async dispose(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.frames.close();
  }

  async #attach(): Promise<OpenRecording> {
    const [{ FrameStore }, { SessionRecorder }] = await Promise.all([
      import('../../recording/frame-store'),
      import('../../recording/session-recorder'),
    ]);
    const frames = await FrameStore.open(this.#folder);
    return { frames, recorder: await SessionRecorder.attach(this.#targets, frames) };
  }
}
