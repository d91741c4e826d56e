/** Sends a run of this many tests to a reporter. */
export function tellRun(
  reporter: object,
  size: { tests: number; workers: number; stepsOfTest?: number; rootDir: string },
): Promise<void>;
