/** The encoder's own browser on this machine. */
import type { ClipEncoder } from '../recording/clip-encoder';
import type { ClipEncoderOptions } from '../recording/encoder-browser';
import type { AcquireRequest } from './protocol';

/** The encoder of a run. */
export class LocalEncoder {
  readonly #folder: string;
  #browser: Pick<ClipEncoderOptions, 'executablePath' | 'channel'> | undefined;

  /** @param folder - the run's folder, for the browser's profile */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the browser of the run's first session. */
  choose({ options, browser }: AcquireRequest): void {
    this.#browser ??= {
      executablePath: options.executablePath ?? browser.executablePath,
      channel: browser.channel,
    };
  }

  /** Whether the browser is installed. */
  async isInstalled(): Promise<boolean> {
    const { findChromium } = await import('../browser/find-chromium');
    return findChromium(this.#browser).then(
      () => true,
      () => false,
    );
  }

  /**
   * Starts the browser.
   * @throws {@link BrowserNotFoundError} or {@link BrowserLaunchError}
   */
  async launch(): Promise<ClipEncoder> {
    const encoder = await import('../recording/clip-encoder');
    return encoder.ClipEncoder.launch({ ...this.#browser, workDir: this.#folder });
  }
}
