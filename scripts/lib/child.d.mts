/** Types of child.mjs, for its test. */
export const ROOT: string;

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  show?: boolean;
  limitMs?: number;
  idleLimitMs?: number;
  tickMs?: number;
  onTick?: (progress: { elapsedMs: number; lastLine: string }) => void;
  onOutput?: (output: string, signal: (name: string) => void) => void;
}

export function run(
  command: string,
  args: string[],
  options?: RunOptions,
): Promise<{ code: number | null; output: string; stoppedBecause: string | undefined }>;
