/** Types of grid-parts.mjs, for tests and benchmark. */
import type { GridParts } from './grid.mjs';

export function gridParts(): Promise<GridParts>;
