/** Reads the data of the run from the page. A large run has an index, and its details are read when they are needed. */
import type { AttemptDetails, PartData, RunData } from '../run/data';
import { TESTS_OF_PART } from '../run/part-size';
import type { Run, Test } from './model';

/** The run; the details of its tests may be missing. */
export async function readRun(): Promise<RunData> {
  return (await readBlock('run')) as RunData;
}

export function hasDetails(test: Test): boolean {
  return !document.getElementById(partOf(test));
}

/** Adds the details of a test, and of the other tests in the same part, to the run. Idempotent. */
export async function loadDetails(run: Run, test: Test): Promise<void> {
  const id = partOf(test);
  const part = (await readBlock(id)) as PartData | undefined;
  if (!part || hasDetails(test)) return; // another call was faster
  const { texts } = run.data;
  const from = texts.length;
  for (const text of part.texts) texts.push(text);
  const first = test.index - (test.index % TESTS_OF_PART);
  for (const [nth, attempts] of part.tests.entries())
    for (const [at, details] of attempts.entries()) {
      const attempt = run.tests[first + nth]?.attempts[at];
      if (attempt) Object.assign(attempt.data, shifted(details, from));
    }
  document.getElementById(id)?.remove();
}

function partOf({ index }: Test): string {
  return `part-${Math.floor(index / TESTS_OF_PART)}`;
}

/** The same with texts of the run; `from` is where those of the part begin there. */
function shifted({ steps, errors, log, ...files }: AttemptDetails, from: number): AttemptDetails {
  return {
    ...files,
    ...(steps && {
      steps: steps.map(([title, atMs, durationMs, depth, location, failed]) => [
        title + from,
        atMs,
        durationMs,
        depth,
        location + from,
        failed,
      ]),
    }),
    ...(errors && {
      errors: errors.map((error) => ({ ...error, location: (error.location ?? 0) + from })),
    }),
    ...(log && {
      log: log.map(([atMs, kind, text, url = 0]) => [atMs, kind, text + from, url + from]),
    }),
  };
}

/** The content of a script element; undefined if there is none. */
async function readBlock(id: string): Promise<unknown> {
  const block = document.getElementById(id);
  if (!(block instanceof HTMLScriptElement)) return undefined;
  const text = block.text;
  return JSON.parse(block.type === 'application/json' ? text : await inflated(text));
}

async function inflated(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}
