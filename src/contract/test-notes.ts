/** Notes about running tests for the viewer of our session server. Not part of the cloud's API. */
import * as z from 'zod';

import { keptText } from '../base/foreign-text';
import { checkWire, readBody } from './checks';
import { camelize, snakify } from './naming';

/** Maximum number of notes per call: those of some seconds of a busy run. */
export const MAX_NOTES = 1_000;

/** Maximum length of a text on the wire, in characters: four times what the server keeps. {@link encodeTestNotes} truncates longer ones. */
const MAX_TEXT_LENGTH = 2_000;

/** Status of a test. */
export type TestOutcome = 'running' | 'passed' | 'failed' | 'skipped';

/** A test run. A server may have several at once. */
export interface TestRun {
  /** Unique id of the run, up to 100 characters. */
  id: string;
  /** Displayed name, truncated to 100 characters. @default the id */
  name?: string | undefined;
}

/** A test starts. If another one is still running, it has ended with an unknown status. */
export interface TestBegins {
  /** Title, truncated to 500 characters. */
  title: string;
  /** Start in milliseconds since the epoch. @default now */
  at?: number | undefined;
  /** Playwright's `parallelIndex` of its worker, from 0. */
  worker?: number | undefined;
  /** Its run. */
  run?: TestRun | undefined;
}

/** The running test has ended. */
export interface TestEnds {
  /** Its result. */
  outcome: Exclude<TestOutcome, 'running'>;
  /** End in milliseconds since the epoch. @default now */
  at?: number | undefined;
}

/** A step of a test. It may be sent twice: at its start, and with its duration at its end. */
export interface TestStep {
  /** Title such as `Click getByRole('button')`, truncated to 300 characters. */
  step: string;
  /** Id, unique in its session, up to 100 characters. */
  id: string;
  /** Start in milliseconds since the epoch. */
  at: number;
  /** Duration in milliseconds; `null` while it runs. */
  duration: number | null;
  /** Source location such as `shop.spec.ts:12`, truncated to 300 characters; may be empty. */
  place: string;
  /** Whether it failed. */
  hasFailed: boolean;
}

/** The client prepares a browser context for its next test. Its pages are hidden until that test uses it. */
export interface ContextPrepared {
  /** The browser's id of the context; `null` when the test uses it. */
  preparedContext: string | null;
}

/** A note of a client. */
export type TestNote = TestBegins | TestEnds | TestStep | ContextPrepared;

const moment = z.number();
const text = z.string().max(MAX_TEXT_LENGTH);
const runSchema = z.object({ id: z.string().min(1).max(100), name: text.optional() });
const noteSchema = z.union([
  z.object({
    title: text,
    at_ms: moment.optional(),
    worker: z.int().nonnegative().optional(),
    run: runSchema.optional(),
  }),
  z.object({ outcome: z.enum(['passed', 'failed', 'skipped']), at_ms: moment.optional() }),
  z.object({
    step: text,
    id: z.string().max(100),
    at_ms: moment,
    duration_ms: z.number().nullable(),
    place: text,
    has_failed: z.boolean(),
  }),
  z.object({ prepared_context: z.string().max(100).nullable() }),
]);

/** Request body. `now_ms` is the client's clock, which may differ from the server's. */
export const testNotesSchema = z.object({
  now_ms: moment,
  notes: z.array(noteSchema).max(MAX_NOTES),
});

/**
 * Decodes notes, and converts their times to this machine's clock.
 * @throws {@link InvalidRequestError} (422) names each invalid field
 */
export function decodeTestNotes(body: unknown): { notes: TestNote[] } {
  const { now_ms: nowMs, notes } = readBody('Invalid notes', testNotesSchema, body);
  const aheadMs = Date.now() - nowMs;
  return {
    notes: notes.map((note) => {
      if ('prepared_context' in note) return { preparedContext: note.prepared_context };
      const { at_ms: atMs, ...wire } = note;
      return {
        ...('step' in wire ? stepFrom(wire) : wire),
        ...(atMs !== undefined && { at: Math.round(atMs + aheadMs) }),
      };
    }) as TestNote[],
  };
}

/**
 * Encodes notes for the wire. Truncates texts to the maximum length.
 * @throws {@link OptionsError} names each invalid field
 */
export function encodeTestNotes({ notes }: { notes: readonly TestNote[] }) {
  const wire = { now_ms: Date.now(), notes: notes.map((note) => wireNote(shortNote(note))) };
  checkWire('Cannot tell of tests', testNotesSchema, wire);
  return wire;
}

function stepFrom({ duration_ms: duration, ...step }: { duration_ms: number | null }) {
  return { ...camelize(step), duration };
}

function wireNote(given: TestNote) {
  if ('preparedContext' in given) return snakify(given);
  const { at, ...note } = given;
  const { duration, ...rest } = note as Partial<TestStep>;
  return snakify({ ...rest, atMs: at, durationMs: duration });
}

/** Returns a note with copied and truncated texts: see {@link keptText}. */
export function shortNote(note: TestNote): TestNote {
  const cut = (text: string): string => keptText(text, MAX_TEXT_LENGTH);
  if ('outcome' in note || 'preparedContext' in note) return note;
  if ('step' in note) return { ...note, step: cut(note.step), place: cut(note.place) };
  const { run } = note;
  return {
    ...note,
    title: cut(note.title),
    ...(run?.name !== undefined && { run: { ...run, name: cut(run.name) } }),
  };
}

/** Answer: the number of accepted notes. */
export const testNotesTakenSchema = z.object({ taken: z.int() });
