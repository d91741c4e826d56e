/** What whoever runs tests tells of them to our own session server, for its viewer: no part of the cloud's API. */
import * as z from 'zod';

import { keptText } from '../base/foreign-text';
import { checkWire, readBody } from './checks';
import { camelize, snakify } from './naming';

/** Notes in one call, at most: what a busy run has to tell within some seconds. */
export const MAX_NOTES = 1_000;

/** Longest text that a server takes, in characters: four times what it keeps. {@link encodeTestNotes} cuts longer ones. */
const MAX_TEXT_LENGTH = 2_000;

/** A test that runs, or how it ended. */
export type TestOutcome = 'running' | 'passed' | 'failed' | 'skipped';

/** One run of tests, of which a server may have several at once. */
export interface TestRun {
  /** The same for all tests of the run, and no other. Up to 100 characters. */
  id: string;
  /** By which a person knows it again. Longer ones than 100 characters are cut. @default its id */
  name?: string | undefined;
}

/** A test begins; one that still runs has ended, nobody knows how. */
export interface TestBegins {
  /** What it is called. Longer ones than 500 characters are cut. */
  title: string;
  /** When, as `Date.now()` tells it. @default now */
  at?: number | undefined;
  /** Number of the worker that runs it, from 0: Playwright's `parallelIndex`. @default not told */
  worker?: number | undefined;
  /** The run that it belongs to. @default not told */
  run?: TestRun | undefined;
}

/** The test that runs has ended. */
export interface TestEnds {
  /** How it went. */
  outcome: Exclude<TestOutcome, 'running'>;
  /** When, as `Date.now()` tells it. @default now */
  at?: number | undefined;
}

/** A test takes a step. It may be told twice: as it begins, and with its duration when it is done. */
export interface TestStep {
  /** What it does, such as `Click getByRole('button')`. Longer ones than 300 characters are cut. */
  step: string;
  /** By which it is known again; unique in its session. Up to 100 characters. */
  id: string;
  /** When it began, as `Date.now()` tells it. */
  at: number;
  /** How long it took, in milliseconds; `null` while it runs. */
  duration: number | null;
  /** Where the test says so, such as `shop.spec.ts:12`; may be empty. Longer ones than 300 characters are cut. */
  place: string;
  /** Whether it failed. */
  hasFailed: boolean;
}

/** The client prepares a browser context for its next test: its pages are hidden until that test has it. */
export interface ContextPrepared {
  /** The browser's id of the context; `null` when the test has it. */
  preparedContext: string | null;
}

/** What a client reports. */
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

/** The body of the call. `now_ms` is what the clock of whoever tells says: the server's may be another. */
export const testNotesSchema = z.object({
  now_ms: moment,
  notes: z.array(noteSchema).max(MAX_NOTES),
});

/**
 * What is told, with times of this machine's clock.
 * @throws {@link InvalidRequestError} (422) naming each wrong field
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
 * The body, as it goes over the wire. Texts that are longer than a server takes are cut.
 * @throws {@link OptionsError} naming each wrong field
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

/** A note whose texts are its own, and no longer than a server takes: see {@link keptText}. */
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

/** The answer: how many notes were taken. */
export const testNotesTakenSchema = z.object({ taken: z.int() });
