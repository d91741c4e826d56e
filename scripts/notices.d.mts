import type { Options } from 'tsup';

export declare function notices(file: string): NonNullable<Options['esbuildPlugins']>[number];
