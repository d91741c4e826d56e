/** Types of walls.mjs, for its test. */
import type { Linter } from 'eslint';

export const FOLDERS: Record<string, string[]>;
export const SERVER_ROOMS: Record<string, string[]>;
export const zones: Linter.RuleEntry[];
