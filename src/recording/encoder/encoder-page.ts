/** One page of a utility browser with the encoder in it. No port is opened: what the page loads is answered over CDP. */
import { readFile } from 'node:fs/promises';
import { builtFile } from '../../base/built-file';
import { withDeadline } from '../../base/deadline';
import type { CdpConnection, CdpSession } from '../../cdp/connection';
import type { CdpEvents, ExceptionDetails } from '../../cdp/protocol';
import { SessionwrightError, timedOut } from '../../contract/errors';
import type { ClipPart, PageEncoder } from './page-script';
import { clipScript, codecScript, encoderScript, picturesScript } from './page-script';

/** Codecs want a secure context, which a blank page is not. The name is reserved and never resolves (RFC 2606). */
const ORIGIN = 'https://encoder.invalid';
/** The page: it puts the parts of the encoder together. */
const PAGE = `<!doctype html><script type="module">
import * as mediabunny from '/mediabunny.mjs';
const pictures = ${picturesScript.toString()};
const clip = ${clipScript.toString()};
globalThis.clipEncoder = (${encoderScript.toString()})(${codecScript.toString()}, (codec) => clip(mediabunny, codec, pictures(codec.size)));
encoderIsReady('');
</script>`;

/** The encoder in its page. */
export class EncoderPage {
  readonly #page: CdpSession;
  readonly #stepTimeoutMs: number;

  private constructor(page: CdpSession, stepTimeoutMs: number) {
    this.#page = page;
    this.#stepTimeoutMs = stepTimeoutMs;
  }

  /**
   * Opens a page in the browser, and waits until its encoder is ready.
   * @param stepTimeoutMs how long this, and every call to the page later, may take
   * @throws {@link TimeoutError} when the browser hangs; so do all methods
   */
  static async open(connection: CdpConnection, stepTimeoutMs: number): Promise<EncoderPage> {
    return new EncoderPage(
      await withDeadline(openPage(connection), stepTimeoutMs, () =>
        timedOut('the encoder to be ready', stepTimeoutMs),
      ),
      stepTimeoutMs,
    );
  }

  /** Takes the next part of a clip. With the last one: the clip, fetched in bounded stretches. */
  async add(part: ClipPart): Promise<Buffer | undefined> {
    const clip = await this.#call('add', part);
    if (!clip) return undefined;
    const stretches = [Buffer.from(clip.start, 'base64')];
    for (let read = stretches[0]?.length ?? 0; read < clip.byteLength;) {
      const stretch = Buffer.from(await this.#call('read', read), 'base64');
      stretches.push(stretch);
      read += stretch.length;
    }
    return Buffer.concat(stretches);
  }

  async #call<M extends keyof PageEncoder>(
    method: M,
    ...args: Parameters<PageEncoder[M]>
  ): Promise<Awaited<ReturnType<PageEncoder[M]>>> {
    const expression = `clipEncoder.${method}(${args.map((arg) => JSON.stringify(arg)).join()})`;
    const answer = this.#page.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    const { result, exceptionDetails } = await withDeadline(answer, this.#stepTimeoutMs, () =>
      timedOut('the encoder to answer', this.#stepTimeoutMs),
    );
    if (exceptionDetails) throw encodingError(exceptionDetails);
    return result.value as Awaited<ReturnType<PageEncoder[M]>>;
  }
}

/** A page of the browser in which the encoder is ready. */
async function openPage(connection: CdpConnection): Promise<CdpSession> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const page = connection.session(sessionId);
  const files = await loadFiles();
  page.on('Fetch.requestPaused', (event) => void answer(page, files, event).catch(() => {})); // the page is gone
  await page.send('Fetch.enable', { patterns: [{ urlPattern: `${ORIGIN}/*` }] });
  const ready = new Promise<void>((resolve) => page.on('Runtime.bindingCalled', () => resolve()));
  await page.send('Runtime.enable');
  await page.send('Runtime.addBinding', { name: 'encoderIsReady' });
  await page.send('Page.navigate', { url: `${ORIGIN}/` });
  await Promise.race([ready, connection.closed]); // a closed connection fails the first command
  return page;
}

function encodingError({ text, exception }: ExceptionDetails): SessionwrightError {
  const reason = exception?.description?.split('\n', 1)[0] ?? text;
  return new SessionwrightError(`Could not encode a clip: ${reason}.`, { code: 'encoding_failed' });
}

type Files = Record<string, { type: string; body: Buffer }>;

async function loadFiles(): Promise<Files> {
  return {
    '/': { type: 'text/html; charset=utf-8', body: Buffer.from(PAGE) },
    '/mediabunny.mjs': {
      type: 'text/javascript; charset=utf-8',
      body: await readFile(builtFile('assets/mediabunny.js')),
    },
  };
}

async function answer(
  page: CdpSession,
  files: Files,
  { requestId, request }: CdpEvents['Fetch.requestPaused'],
): Promise<void> {
  const file = files[new URL(request.url).pathname];
  await page.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: file ? 200 : 404,
    responseHeaders: [{ name: 'content-type', value: file?.type ?? 'text/plain' }],
    body: file?.body.toString('base64') ?? '',
  });
}
