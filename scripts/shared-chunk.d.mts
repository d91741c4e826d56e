import type { Options } from 'tsup';

export function sharedChunk(
  entry: string,
  folder: string,
): NonNullable<Options['esbuildPlugins']>[number];
