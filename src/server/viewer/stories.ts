/** The stories of ended sessions, which replays show. Each is read once, in the process for heavy work, and kept while there is memory for it. */
import { messageOf } from '../../base/errors';
import type { ViewedEvent, ViewedTest } from '../../contract/viewer';
import type { HeavyWork } from '../../work/heavy-work';
import type { KnownSession } from '../sessions/known-session';
import { eventsJob } from './events-job';
import { inOrder } from './viewed-events';
import { viewedSession } from './viewed-session';
import { viewedStep } from './viewed-step';

/** Memory for stories, in characters. Most have 100,000, the largest some millions. */
const MAX_KEPT = 16_000_000;

/** A story. Its length is 0 until it is made. */
interface Kept {
  json: Promise<string>;
  length: number;
}

/** The stories of one server's sessions. */
export class Stories {
  readonly #work: HeavyWork;
  /** By session id, in the order of their last use. */
  readonly #kept = new Map<string, Kept>();

  constructor(work: HeavyWork) {
    this.#work = work;
  }

  /**
   * The fields `session` and `events` of an ended session's story, as JSON without the braces around them.
   * @param readTests - reads all its tests
   * @throws what `readTests` or the session's files throw
   */
  async of(
    session: KnownSession,
    readTests: () => Promise<readonly ViewedTest[]>,
  ): Promise<string> {
    const found = this.#kept.get(session.id);
    const kept = found ?? { json: this.#make(session, readTests), length: 0 };
    this.#kept.delete(session.id);
    this.#kept.set(session.id, kept);
    if (found) return found.json;
    try {
      const json = await kept.json;
      kept.length = json.length;
      this.#fit();
      return json;
    } catch (error) {
      this.#kept.delete(session.id); // the next caller tries again
      throw error;
    }
  }

  async #make(
    session: KnownSession,
    readTests: () => Promise<readonly ViewedTest[]>,
  ): Promise<string> {
    const steps = (await session.steps()).map((step) => viewedStep(step, null));
    const { testSteps, network } = session.folder;
    const others = await this.#work
      .for(session.id)(eventsJob, () => ({ testSteps, network }))
      .catch((error: unknown) => {
        this.#kept.delete(session.id); // the next caller tries again
        return [unread(error)];
      });
    const story = {
      session: viewedSession(session, await readTests()),
      events: inOrder(steps, others),
    };
    return JSON.stringify(story).slice(1, -1);
  }

  #fit(): void {
    let total = [...this.#kept.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [id, { length }] of this.#kept) {
      if (total <= MAX_KEPT) return;
      total -= length;
      this.#kept.delete(id);
    }
  }
}

/** An event that says what could not be read. */
function unread(error: unknown): ViewedEvent {
  const title = `What pages said and the requests that failed could not be read: ${messageOf(error)}`;
  return { kind: 'console', atMs: null, level: 'error', title, detail: '' };
}
