/** Types of stages.mjs, for its test. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Stage {
  name: string;
  args: string[];
  report?: string;
  isStatic?: boolean;
  isQuick?: boolean;
  count?: (report: object) => Counts;
}

export const STAGES: Stage[];
export function stagesOf(
  names: string[],
): { stages: Stage[]; unknown?: undefined } | { stages?: undefined; unknown: string };
export function clearReport(stage: Stage): void;
export function readReport(stage: Stage): object | undefined;
export function countStage(
  stage: Stage,
  result: { code: number | null; stoppedBecause?: string | undefined; report?: object | undefined },
): Counts & { problem: string | undefined };
export function failuresOf(
  stage: Stage,
  report: object | undefined,
  counts: Counts & { problem: string | undefined },
): string[];
export function flakyOf(stage: Stage, report: object | undefined): string[];
