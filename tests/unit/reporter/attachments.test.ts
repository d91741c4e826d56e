import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestStep } from '@playwright/test/reporter';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropMissingClips, hideStory } from '../../../src/reporter/attachments';
import { toAttachment, type TestStory } from '../../../src/story/test-story';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-clips-'))));
afterEach(async () => rm(folder, { recursive: true }));

test('a clip that was never written is named by no result; all else is left as it is', async () => {
  const path = join(folder, 'video.mp4');
  const clip = { name: 'video', contentType: 'video/mp4', path };
  const others = [
    { name: 'video', contentType: 'video/webm', path: join(folder, 'of-playwright.webm') },
    { name: 'log', contentType: 'text/plain', body: Buffer.from('x') },
  ];
  const result = { attachments: [clip, ...others], steps: [] };
  await writeFile(path, 'x');
  dropMissingClips([result]);
  expect(result.attachments).toEqual([clip, ...others]);
  await rm(path);
  dropMissingClips([result]);
  expect(result.attachments).toEqual(others);
});

/** A step with an attachment of its result, as a run has it, and as the report merged from blobs has it. */
function stepsOf(attachments: TestStep['attachments'], index: number): TestStep[] {
  const step = { title: 'attach', steps: [] as unknown[] };
  const merged = Object.defineProperty({ ...step }, 'attachments', {
    get: () => attachments.slice(index, index + 1),
    configurable: true,
  });
  const outer = {
    ...step,
    attachments: [],
    steps: [{ ...step, attachments: [attachments[index]] }],
  };
  return [merged, outer] as TestStep[];
}

test('a step names the attachments that its result still has, and no other', () => {
  const hidden = toAttachment({} as TestStory);
  const log = { name: 'log', contentType: 'text/plain', body: Buffer.from('x') };
  const attachments: TestStep['attachments'] = [hidden, log];
  const steps = [...stepsOf(attachments, 0), ...stepsOf(attachments, 1)];
  hideStory({ attachments, steps });
  expect(attachments).toEqual([log]);
  const named = steps.map((it) => (it.steps[0] ?? it).attachments);
  expect(named).toEqual([[], [], [log], [log]]);
});
