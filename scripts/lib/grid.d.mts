/** Types of grid.mjs, for tests and benchmark. */

/** A process of a Grid. */
export interface GridProcess {
  readonly name: string;
  readonly pid: number;
  /** What it said last. */
  said(): string;
  isRunning(): boolean;
  /** At once and with its browsers, as a machine that is gone. */
  kill(): Promise<void>;
  /** Ends it and its browsers. */
  end(): Promise<void>;
}

/** A Grid on this machine. */
export interface LocalGrid {
  /** Of its hub. */
  readonly url: string;
  readonly nodes: GridProcess[];
  readonly hub: GridProcess;
  killHub(): Promise<void>;
  /** Starts the hub again at the same place, and waits for its nodes. */
  startHub(): Promise<void>;
  /** Starts a node in the place of one that was killed, and waits for it. */
  startNode(index: number): Promise<void>;
  usedSlots(): Promise<number>;
  close(): Promise<void>;
}

/** What a Grid is made of. */
export interface GridParts {
  java: string;
  jar: string;
  chromedriver: string;
  chromium: string;
}

export function startGrid(options: {
  parts: GridParts;
  port?: number;
  nodes?: number;
  slots?: number;
  hubArgs?: string[];
  nodeArgs?: string[];
  headers?: Record<string, string>;
  /** A folder that nodes do not see, as if they were on other machines. Linux, and root. */
  hidden?: string;
}): Promise<LocalGrid>;

export function whereIs(command: string): string | undefined;
