/** A report names no clip that is not there: its host may have been killed before it was written. */
import { existsSync } from 'node:fs';
import type { TestResult } from '@playwright/test/reporter';

type Attachment = TestResult['attachments'][number];

/** Whether it is a clip of ours, which is written after its test. */
export function isClip({ name, contentType, path = '' }: Attachment): boolean {
  return name === 'video' && contentType === 'video/mp4' && path.endsWith('video.mp4');
}

/** Takes the clips out of these results that were never written. To be called ahead of the reporters that read them. */
export function dropMissingClips(results: Iterable<Pick<TestResult, 'attachments'>>): void {
  for (const { attachments } of results) {
    const kept = attachments.filter((it) => !isClip(it) || existsSync(it.path ?? ''));
    if (kept.length < attachments.length) attachments.splice(0, attachments.length, ...kept);
  }
}
