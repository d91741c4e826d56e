/** `sessionwright sessions cookies`. */
import { countText, printableJson } from '../../base/texts';
import type { SessionsClient } from '../../client/index';
import { COMMON_OPTIONS, parseWithId } from './command';
import { printJson, printText } from '../output';

const USAGE = `Usage: sessionwright sessions cookies <id> [options]

Prints the cookies of a running session as JSON, in the format of cookie files. They are logins: mind where the output goes.

  --save <file>  merge them into a cookie file instead, as a test does
  --load <file>  give the session the cookies of a file first
  --json         the same output; it is JSON anyway`;

/** Reads or sets cookies. */
export async function cookies(
  args: string[],
  client: () => Promise<SessionsClient>,
): Promise<void> {
  const asked = parseWithId(
    args,
    { ...COMMON_OPTIONS, save: { type: 'string' }, load: { type: 'string' } },
    USAGE,
  );
  if (!asked) return;
  const { save, load } = asked.values;
  const { readCookieFile, saveCookies } = await import('../../cookies/index');
  const loaded = load === undefined ? undefined : await readCookieFile(load);
  const session = await (await client()).connect(asked.id);
  if (loaded) await session.setCookies(loaded);
  const current = await session.cookies();
  if (save === undefined) {
    printJson(current, 2);
    return;
  }
  const { saved } = await saveCookies(save, { loaded: [], current });
  printText(
    asked.values.json
      ? printableJson({ saved, file: save })
      : `${countText(saved, 'cookie')} saved to ${save}`,
  );
}
