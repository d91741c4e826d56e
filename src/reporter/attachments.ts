/** Attachments that are taken out of results before other reporters read them: internal ones, and clips that were never written. */
import { existsSync } from 'node:fs';
import type { TestResult, TestStep } from '@playwright/test/reporter';
import { isStory } from '../story/test-story';

type Attachment = TestResult['attachments'][number];
type Result = Pick<TestResult, 'attachments' | 'steps'>;

/** Whether it is a clip of ours, which is written after its test. */
export function isClip({ name, contentType, path = '' }: Attachment): boolean {
  return name === 'video' && contentType === 'video/mp4' && path.endsWith('video.mp4');
}

/** Hides what only our own reporter reads: some reporters show every attachment. */
export function hideStory(result: Result): void {
  remove(result, isStory);
}

/** Removes the clips that were never written, because their host was killed. */
export function dropMissingClips(results: Iterable<Result>): void {
  for (const result of results) remove(result, (it) => isClip(it) && !existsSync(it.path ?? ''));
}

/** Steps name attachments of their result, and a report fails on a step whose attachment its result does not have. */
function remove(result: Result, isUnwanted: (attachment: Attachment) => boolean): void {
  const { attachments, steps } = result;
  const kept = attachments.filter((it) => !isUnwanted(it));
  if (kept.length === attachments.length) return;
  removeFromSteps(steps, isUnwanted);
  attachments.splice(0, attachments.length, ...kept);
}

function removeFromSteps(
  steps: readonly TestStep[],
  isUnwanted: (attachment: Attachment) => boolean,
): void {
  for (const step of steps) {
    // In merged reports steps look their attachments up by index, which changes with the result's.
    const value = step.attachments.filter((it) => !isUnwanted(it));
    Object.defineProperty(step, 'attachments', { value, enumerable: true, configurable: true });
    removeFromSteps(step.steps, isUnwanted);
  }
}
