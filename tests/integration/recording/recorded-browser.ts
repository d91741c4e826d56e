/** A real Chromium with a recorder on its pipe, driven by Playwright over its port, as in a run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import type { BrowserProcess } from '../../../src/browser/chromium';
import { removeProfile } from '../../../src/browser/profile-folder';
import { launchChromium } from '../../../src/browser/chromium';
import { SessionTargets } from '../../../src/cdp/session-targets';
import { FrameStore } from '../../../src/recording/frame-store';
import type { RecorderOptions } from '../../../src/recording/session-recorder';
import { SessionRecorder } from '../../../src/recording/session-recorder';

export interface RecordedBrowser {
  process: BrowserProcess;
  targets: SessionTargets;
  browser: Browser;
  store: FrameStore;
  recorder: SessionRecorder;
  close(): Promise<void>;
}

/** A picture is waited for, however slow the machine is: none that is made is missed. */
const PATIENT: RecorderOptions = { lookMs: 30_000 };

export async function launchRecorded(options = PATIENT): Promise<RecordedBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'recorded-'));
  const process = await launchChromium({ userDataDir: join(folder, 'profile') });
  const store = await FrameStore.open(join(folder, 'frames'));
  const targets = new SessionTargets(process.connection);
  const recorder = await SessionRecorder.attach(targets, store, options);
  const browser = await chromium.connectOverCDP(process.cdpUrl ?? '');
  const close = async (): Promise<void> => {
    await recorder.close();
    await store.close();
    await browser.close();
    await process.close();
    await removeProfile(join(folder, 'profile'));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { process, targets, browser, store, recorder, close };
}
