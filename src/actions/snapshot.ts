/** Elements of the last observation. */
import type { Locator } from 'playwright-core';

/** Elements of the last observation by id, such as `B1`. */
export type ElementSnapshot = ReadonlyMap<string, { locator: Locator; role: string }>;
