/** Tells a reporter of a run of so many tests. */
export function tellRun(
  reporter: object,
  size: { tests: number; workers: number; stepsOfTest?: number; rootDir: string },
): Promise<void>;
