/** The recorder on a real browser: what it shows is what was in front, up to the last change, and a crash loses nothing. */
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../eventually';
import { FrameStore } from '../../../src/recording/frame-store';
import { SessionRecorder } from '../../../src/recording/session-recorder';
import type { PictureViewer } from './pictures';
import { openPictureViewer } from './pictures';
import type { RecordedBrowser } from './recorded-browser';
import { launchRecorded } from './recorded-browser';

let viewer: PictureViewer;
let recorded: RecordedBrowser;

beforeAll(async () => {
  viewer = await openPictureViewer();
});
afterAll(() => viewer.close());
beforeEach(async () => {
  recorded = await launchRecorded();
});
afterEach(() => recorded.close());

describe('SessionRecorder', () => {
  it('shows the last change before stop', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage({ viewport: { width: 1280, height: 720 } });
    for (const colour of ['red', 'lime', 'yellow', 'blue']) await paint(page, colour);
    await recorded.recorder.stop();
    expect((await colours()).at(-1)).toBe('blue');
    expect(recorded.store.last).toMatchObject({ width: 800, height: 450 });
  });

  it('keeps to the rate, and still ends with the last of many changes', async () => {
    recorded.recorder.start({ fps: 5 });
    const page = await recorded.browser.newPage();
    const startedAtMs = Date.now();
    await page.evaluate(async () => {
      for (let n = 0; n < 60; n++) {
        document.body.style.background = `hsl(${n} 100% 50%)`; // none twice: one that the recorder has already seen looks like rest
        await new Promise(requestAnimationFrame);
      }
      document.body.style.background = 'blue';
    });
    await eventually(async () => expect((await colours()).at(-1)).toBe('blue')); // without stop: a pause in the changes is enough
    const seconds = (Date.now() - startedAtMs) / 1000;
    // A page that is seen to rest for a moment, as on a busy machine, has its next change shown at once: two in an interval. Unbounded they would be 60 a second.
    expect(recorded.store.select(startedAtMs, Date.now()).length).toBeLessThanOrEqual(
      2 * 5 * seconds + 3,
    );
  });

  it('makes no frames while the page stands still, or while no test runs', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await eventually(async () => expect((await colours()).at(-1)).toBe('red'));
    await eventually(async () => {
      const count = all().length; // one change may be two frames
      await animationFrames(page, 20);
      expect(all().length).toBe(count);
    });
    await recorded.recorder.stop();
    const count = all().length;
    await paint(page, 'blue');
    await animationFrames(page, 20);
    expect(all().length).toBe(count);
  });

  it('follows popups and second tabs, and goes back when they close', async () => {
    recorded.recorder.start();
    const context = await recorded.browser.newContext();
    const page = await context.newPage();
    await paint(page, 'red');
    await shows('red');
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(() => void window.open('about:blank', '', 'width=400,height=300')),
    ]);
    await paint(popup, 'lime');
    await shows('lime');
    await popup.close();
    await shows('red');
    const second = await (await recorded.browser.newContext()).newPage();
    await second.setContent('<body style="background: yellow">');
    await shows('yellow');
    await page.goto('data:text/html,<body style="background: blue">');
    await shows('blue');
  });

  it('hides the page of a prepared context until its test has it', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await shows('red');

    const prepared = await recorded.browser.newContext();
    const id = await contextIdOf(prepared);
    recorded.recorder.prepare(id);
    const next = await prepared.newPage();
    await paint(next, 'yellow');
    await paint(page, 'blue');
    await shows('blue');

    recorded.recorder.prepare(null);
    await shows('yellow');
  });

  it('shows the page of a prepared context as soon as it loads something', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await shows('red');
    const prepared = await recorded.browser.newContext();
    recorded.recorder.prepare(await contextIdOf(prepared));
    const next = await prepared.newPage();
    await next.goto('data:text/html,<body style="background: lime">');
    await shows('lime');
  });

  it('shows the newest page, also when it is blank', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await shows('red');
    await (await recorded.browser.newContext()).newPage();
    await shows('white');
  });

  it('shows no page of a context that was left, though it is still there', async () => {
    recorded.recorder.start();
    const context = await recorded.browser.newContext();
    const page = await context.newPage();
    await paint(page, 'red');
    await shows('red');
    await recorded.recorder.stop();
    const count = all().length;
    recorded.recorder.leave(await contextIdOf(context, page));
    recorded.recorder.start();
    await paint(page, 'yellow');
    await animationFrames(page, 20);
    expect(all().length).toBe(count);
    const next = await (await recorded.browser.newContext()).newPage();
    await next.setContent('<body style="background: blue">');
    await shows('blue');
  });

  it('shows a popup from its first paint, each time', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    for (let n = 0; n < 10; n++) {
      await paint(page, n % 2 === 0 ? 'red' : 'yellow');
      const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate(openLimePopup)]);
      await shows('lime');
      await popup.close();
      await shows(n % 2 === 0 ? 'red' : 'yellow');
    }
  });

  it('shows a popup that was opened before its opener had painted anything', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(() => {
        document.body.style.background = 'red';
        const popup = window.open('', '', 'width=400,height=300');
        if (popup) popup.document.body.style.background = 'lime';
      }),
    ]);
    await animationFrames(page, 20);
    await recorded.recorder.stop();
    expect((await colours()).at(-1)).toBe('lime');
  });

  it('records pages that were there before it, in the default context too', async () => {
    const context = recorded.browser.contexts()[0];
    const page = await context?.newPage();
    if (page) await paint(page, 'red');
    const store = await FrameStore.open(join(recorded.store.folder, 'second'));
    const second = await SessionRecorder.attach(recorded.targets, store, {
      lookMs: 30_000,
    });
    second.start();
    await second.stop();
    expect(
      await Promise.all(
        store
          .select(0, Number.MAX_SAFE_INTEGER)
          .map(async (ref) => viewer.colourOf(await store.read(ref))),
      ),
    ).toEqual(['red']);
    await second.close();
    await store.close();
  });

  it('starts each test without the picture of the one before', async () => {
    for (const colour of ['red', 'blue']) {
      const fromMs = Date.now();
      recorded.recorder.start();
      const context = await recorded.browser.newContext();
      await paint(await context.newPage(), colour);
      await recorded.recorder.stop();
      await context.close();
      const seen = await colours(fromMs);
      expect(seen.at(-1)).toBe(colour);
      expect(seen).not.toContain(colour === 'blue' ? 'red' : 'blue');
    }
  });

  it('leaves out what a new page shows while it loads, and no page that is there already', async () => {
    recorded.recorder.start({ loadMs: 3_600_000 });
    const page = await recorded.browser.newPage();
    await page.goto('data:text/html,<body style="background: red">');
    await animationFrames(page, 20);
    await paint(page, 'blue');
    await recorded.recorder.stop();
    expect(await colours()).toEqual(['blue']);
    recorded.recorder.start({ loadMs: 0 });
    await shows('blue');
    const other = await (await recorded.browser.newContext()).newPage();
    await other.goto('data:text/html,<body style="background: lime">');
    await shows('lime');
    await page.goto('data:text/html,<body style="background: yellow">'); // comes to the front, and was new long ago
    await shows('yellow');
  });

  it('shows a page though the clock was set back since it was new', async () => {
    const page = await recorded.browser.newPage();
    await page.goto('data:text/html,<body style="background: red">');
    const hourAgo = Date.now() - 3_600_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(hourAgo);
    try {
      recorded.recorder.start();
      await vi.waitUntil(() => all().length > 0, 20_000);
    } finally {
      clock.mockRestore();
    }
    expect((await colours()).at(-1)).toBe('red');
  });

  it('goes on when the next test starts before the last look of the one before', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    const stopping = recorded.recorder.stop();
    recorded.recorder.start();
    await stopping;
    await paint(page, 'blue');
    await recorded.recorder.stop();
    expect((await colours()).at(-1)).toBe('blue');
  });

  it('keeps the frames when the browser crashes', async () => {
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await shows('red');
    process.kill(recorded.process.pid, 'SIGKILL');
    await recorded.process.exited;
    const startedAtMs = Date.now();
    await recorded.recorder.stop();
    await recorded.recorder.close();
    await recorded.recorder.close();
    recorded.recorder.start();
    expect(Date.now() - startedAtMs).toBeLessThan(10_000);
    expect((await colours()).at(-1)).toBe('red');
  });

  it('is closed though the browser hangs', async () => {
    await recorded.close();
    recorded = await launchRecorded({});
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await paint(page, 'red');
    await shows('red');
    process.kill(recorded.process.pid, 'SIGSTOP');
    try {
      await recorded.recorder.close();
    } finally {
      process.kill(recorded.process.pid, 'SIGCONT');
    }
    expect((await colours()).at(-1)).toBe('red');
  });
});

function all(fromMs = 0): ReturnType<FrameStore['select']> {
  return recorded.store.select(fromMs, Number.MAX_SAFE_INTEGER);
}

async function colours(fromMs = 0): Promise<string[]> {
  return Promise.all(
    all(fromMs).map(async (ref) => viewer.colourOf(await recorded.store.read(ref))),
  );
}

/** Waits until the latest frame has this colour. */
async function shows(colour: string): Promise<void> {
  await eventually(async () => {
    const { last } = recorded.store;
    expect(last && (await viewer.colourOf(await recorded.store.read(last)))).toBe(colour);
  });
}

function openLimePopup(): void {
  const popup = window.open('', '', 'width=400,height=300');
  if (popup) popup.document.body.style.background = 'lime';
}

/** The browser's id of a context. */
async function contextIdOf(context: BrowserContext, known?: Page): Promise<string> {
  const page = known ?? (await context.newPage());
  const cdp = await context.newCDPSession(page);
  const { targetInfo } = await cdp.send('Target.getTargetInfo');
  if (!known) await page.close();
  return targetInfo.browserContextId ?? '';
}

async function paint(page: Page, colour: string): Promise<void> {
  await page.evaluate((value) => void (document.body.style.background = value), colour);
}

/** Lets the page draw that often. */
async function animationFrames(page: Page, count: number): Promise<void> {
  await page.evaluate(async (frames) => {
    for (let n = 0; n < frames; n++) await new Promise(requestAnimationFrame);
  }, count);
}
