export interface RunCounts {
  passed: number;
  failed: number;
  problem: string | undefined;
}

export const NODE_VERSIONS: readonly number[];
export function minors(versions: string | string[]): string[];
export function countRun(run: {
  code: number | null;
  output: string;
  stoppedBecause?: string | undefined;
  report?: object | undefined;
}): RunCounts;
export function sum(counts: readonly { passed: number; failed: number }[]): {
  passed: number;
  failed: number;
};
