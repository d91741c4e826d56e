/** What the ids of the last observation stand for. */
import type { Locator } from 'playwright-core';

/** The elements of the latest observation by their ids, such as `B1`. */
export type ElementSnapshot = ReadonlyMap<string, { locator: Locator; role: string }>;
