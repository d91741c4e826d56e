/** Keeps what outlives a session: its steps, its profile, and its record. Whatever fails is told with the session, and holds up nothing. */
import { messageOf } from '../../base/errors';
import type { SessionStep } from '../../contract/session';
import type { LiveSession, SessionKeeper } from './session';
import type { SessionProfile } from './session-profile';
import { TrajectoryFile } from './trajectory-file';

/** Keeps one session. */
export class FolderKeeper implements SessionKeeper {
  readonly #profile: SessionProfile | undefined;
  readonly #archive: (session: LiveSession) => Promise<void>;
  #steps: TrajectoryFile | undefined;

  /** @param archive writes the session's record; called last */
  constructor(
    profile: SessionProfile | undefined,
    archive: (session: LiveSession) => Promise<void>,
  ) {
    this.#profile = profile;
    this.#archive = archive;
  }

  /** Writes down its steps from now on. */
  follow({ trajectory, folder }: LiveSession): void {
    this.#steps = new TrajectoryFile(trajectory, folder.trajectory);
  }

  async steps({ trajectory }: LiveSession): Promise<readonly SessionStep[]> {
    return (await this.#steps?.newest()) ?? trajectory.steps;
  }

  async beforeClose(session: LiveSession): Promise<void> {
    await this.#profile?.beforeClose(session).catch(() => {}); // `afterClose` tells
  }

  async afterClose(session: LiveSession): Promise<void> {
    await this.#profile?.afterClose(session).catch((error: unknown) => {
      session.problem = `The profile ${this.#profile?.id ?? ''} was not saved, and is as it was: ${messageOf(error)}`;
    });
    await session.folder.removeRuntimeFiles().catch(() => {}); // what cannot be removed now goes at the next start
    await this.#steps?.flushed();
    session.tests.end({ outcome: session.status === 'closed' ? 'skipped' : 'failed' }); // a test whose browser dies did not pass, and who ran it can say so no more
    session.testSteps.end();
    await Promise.all([session.tests.flushed(), session.testSteps.flushed()]);
    await this.#archive(session);
  }
}
