/** Results of tests as Playwright hands them to a reporter. */
import type { TestCase, TestResult, TestStep } from '@playwright/test/reporter';
import { type SessionFacts, toAttachment, type TestStory } from '../../../src/story/test-story';

/** When the runs of these tests begin, in milliseconds since the epoch. */
export const BEGIN_MS = 1_700_000_000_000;

export function facts(id: string, part: Partial<SessionFacts> = {}): SessionFacts {
  return { id, source: 'somewhere', readyMs: BEGIN_MS, startMs: 100, isBilled: false, ...part };
}

export function testCase(
  title: string,
  outcome: ReturnType<TestCase['outcome']> = 'expected',
): TestCase {
  return {
    id: title,
    title,
    expectedStatus: 'passed',
    location: { file: '/root/a.spec.ts', line: 3, column: 1 },
    titlePath: () => ['', 'chromium', 'a.spec.ts', 'group', title],
    outcome: () => outcome,
  } as unknown as TestCase;
}

/** An attempt from and to so many milliseconds after the begin. */
export function testResult(
  [fromMs, toMs]: [number, number],
  part: Partial<TestResult> = {},
  story: Partial<TestStory> | null = {},
): TestResult {
  const told = {
    fromMs: BEGIN_MS + fromMs,
    toMs: BEGIN_MS + toMs,
    waits: [],
    isLost: false,
    log: [],
  };
  return {
    retry: 0,
    workerIndex: 0,
    status: 'passed',
    startTime: new Date(BEGIN_MS + fromMs),
    duration: toMs - fromMs,
    errors: [],
    steps: [],
    annotations: [],
    ...part,
    attachments: [
      ...(part.attachments ?? []),
      ...(story ? [toAttachment({ ...told, ...story })] : []),
    ],
  } as unknown as TestResult;
}

export function step(title: string, atMs: number, part: Partial<TestStep> = {}): TestStep {
  return {
    title,
    category: 'pw:api',
    startTime: new Date(BEGIN_MS + atMs),
    duration: 10,
    steps: [],
    attachments: [],
    ...part,
  } as unknown as TestStep;
}
