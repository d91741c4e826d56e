/** What doctor learns about a suite from Playwright, which loads its configuration. */
import type { SessionOptions } from '../../options/types';

/** A configuration, as Playwright has loaded it. Contains secrets, so it goes from process to process only, and into no file. */
export interface SuiteFacts {
  version: string;
  configFile?: string | undefined;
  rootDir: string;
  workers: number;
  /** Paths or names of the reporters, in their order. */
  reporters: string[];
  projects: ProjectFacts[];
}

/** A project of a configuration. */
export interface ProjectFacts {
  name: string;
  /** Timeout of its tests, in milliseconds; 0 for none. */
  timeout: number;
  /** Its `use`, as far as it is JSON. */
  use: Readonly<Record<string, unknown>>;
  /** The names of everything in `use`. */
  names: string[];
  sessionOptions: SessionOptions;
}
