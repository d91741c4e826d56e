/** A recording that could not be opened is tried again: its disk may have been full. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SessionRecording } from '../../../src/server/sessions/session-recording';
import { launchRecorded } from './recorded-browser';

test('a recording whose folder could not be made is made when it is wanted the next time', async () => {
  const recorded = await launchRecorded();
  const folder = await mkdtemp(join(tmpdir(), 'reopened-'));
  const inTheWay = join(folder, 'session');
  const recording = new SessionRecording(recorded.targets, join(inTheWay, 'recording'));
  try {
    await writeFile(inTheWay, '');
    await expect(recording.open()).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(recording.isOpen).toBe(false);
    await rm(inTheWay);
    const { frames } = await recording.open();
    expect(frames.folder).toBe(join(inTheWay, 'recording'));
    expect(await recording.open()).toBe(await recording.open());
  } finally {
    await recording.close();
    await recording.dispose();
    await recorded.close();
    await rm(folder, { recursive: true });
  }
});
