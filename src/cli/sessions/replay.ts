/** `sessionwright sessions replay`. */
import { resolve } from 'node:path';
import { durationText, printableJson } from '../../base/texts';
import type { SessionsClient } from '../../client/index';
import { COMMON_OPTIONS, parseWithId } from './command';
import { printText } from '../output';

const USAGE = `Usage: sessionwright sessions replay <id> [options]

Saves the recording of an ended session, and waits for it if it is still being made.

  --output, -o <file>  where to (default: <id>.mp4 in this folder)
  --json               print { file, durationMs } as JSON`;

/** Saves a recording as MP4. */
export async function replay(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const asked = parseWithId(
    args,
    { ...COMMON_OPTIONS, output: { type: 'string', short: 'o' } },
    USAGE,
  );
  if (!asked) return;
  const { id, values } = asked;
  const session = await (await client()).connect(id);
  const recording = await session.replay();
  const file = resolve(values.output ?? `${id}.mp4`);
  await recording.save(file);
  const durationMs = recording.videoDurationMs;
  printText(
    values.json
      ? printableJson({ file, durationMs })
      : `${file}${durationMs === null ? '' : ` (${durationText(durationMs)})`}`,
  );
}
