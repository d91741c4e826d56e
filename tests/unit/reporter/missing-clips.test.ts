import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropMissingClips } from '../../../src/reporter/missing-clips';

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
  const result = { attachments: [clip, ...others] };
  await writeFile(path, 'x');
  dropMissingClips([result]);
  expect(result.attachments).toEqual([clip, ...others]);
  await rm(path);
  dropMissingClips([result]);
  expect(result.attachments).toEqual(others);
});
