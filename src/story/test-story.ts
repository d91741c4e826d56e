/**
 * What one attempt of a test reports about its session. It is an attachment of the test's result, so that it is in blob reports and in
 * merged reports too. Playwright's own reports hide it, since its name begins with an underscore. Our reporter hides it from all others.
 */
import type { LogEntry } from './log-entry';

/** Name of the attachment. */
const NAME = '_sessionwright';
/** Which form its content has. A reader leaves others alone. */
const VERSION = 1;

/** What is known of a session once it has started. */
export interface SessionFacts {
  id: string;
  /** Where it comes from, in words; holds no secret. */
  source: string;
  /** Since when it can be used, in milliseconds since the epoch. */
  readyMs: number;
  /** How long its start took, in milliseconds. */
  startMs: number;
  /** Whether its API bills it by the started minute. */
  isBilled: boolean;
}

/** One attempt of a test. Times are in milliseconds since the epoch. */
export interface TestStory {
  /** Undefined when none could be started. */
  session?: SessionFacts | undefined;
  /** The time that its clip shows: what it waited for its session is not in it. */
  fromMs: number;
  toMs: number;
  /** When its worker waited for a session, since the test before. */
  waits: [fromMs: number, toMs: number][];
  /** The session ended while the test ran. */
  isLost: boolean;
  /** What its pages complained about. */
  log: LogEntry[];
}

/** An attachment, as far as it matters here. */
interface Attachment {
  name: string;
  contentType: string;
  body?: Buffer | undefined;
}

/** The attachment that carries a story. */
export function toAttachment(story: TestStory): Attachment & { body: Buffer } {
  const body = Buffer.from(JSON.stringify({ version: VERSION, ...story }));
  return { name: NAME, contentType: 'application/json', body };
}

/** Whether an attachment carries a story. */
export function isStory({ name }: Pick<Attachment, 'name'>): boolean {
  return name === NAME;
}

/** The story among the attachments of a result; undefined when there is none, as for a test without a session. */
export function storyOf(attachments: readonly Attachment[]): TestStory | undefined {
  const body = attachments.find(isStory)?.body;
  if (!body) return undefined;
  try {
    const { version, ...story } = JSON.parse(body.toString()) as TestStory & { version: number };
    return version === VERSION ? story : undefined;
  } catch {
    return undefined; // somebody else's attachment
  }
}
