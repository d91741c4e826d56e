/** Console messages of a session, for its replay: the newest ones, written when it ends. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { keptText } from '../../base/foreign-text';
import { readJson, writeJson } from '../../base/json';
import type { KeptList, MemoryBudget } from '../../base/memory-budget';
import { countText } from '../../base/texts';
import type { CdpSession } from '../../cdp/connection';
import type { ViewedEvent } from '../../contract/viewer';
import { tellConsole } from './console-messages';

/** Maximum number of messages; the newest are kept: what a list and a timeline can show. */
const MAX_MESSAGES = 500;
/** Maximum length of a message, in bytes. */
const MAX_TEXT_BYTES = 1_000;

const fileSchema = z.array(
  z.object({ atMs: z.number(), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
);
type Kept = z.output<typeof fileSchema>[number];

/** The console of one session. */
export class ConsoleLog {
  readonly #folder: string;
  readonly #messages: KeptList<Kept>;

  /** @param folder - folder of the file; it may not exist yet */
  constructor(folder: string, budget: MemoryBudget) {
    this.#folder = folder;
    this.#messages = budget.list(MAX_MESSAGES);
  }

  /** Records the messages of a page from now on. */
  follow(page: CdpSession): void {
    tellConsole(page, ({ atMs, level, title }) =>
      this.#messages.push({
        atMs: atMs ?? Date.now(),
        level,
        text: keptText(title, MAX_TEXT_BYTES),
      }),
    );
  }

  /** Writes the messages. */
  async close(): Promise<void> {
    const { dropped } = this.#messages;
    const messages = this.#messages.take();
    const [oldest] = messages;
    if (!oldest) return;
    if (dropped > 0)
      messages.unshift({
        atMs: oldest.atMs,
        level: 'info',
        text: `(${countText(dropped, 'older message')} dropped)`,
      });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeJson(fileIn(this.#folder), messages, { isDurable: false });
  }
}

/** Reads the messages, oldest first; none if there is no file. */
export async function readConsole(folder: string): Promise<ViewedEvent[]> {
  const { data = [] } = fileSchema.safeParse(await readJson(fileIn(folder)));
  return data
    .map(({ atMs, level, text }) => ({
      kind: 'console' as const,
      atMs,
      level,
      title: text,
      detail: '',
    }))
    .sort((one, other) => one.atMs - other.atMs);
}

function fileIn(folder: string): string {
  return join(folder, 'console.json');
}
