import type { Options } from 'tsup';

/** For the build: mediabunny and the run page become files beside our code, turndown a part of it. */
export declare const bundledByBuild: NonNullable<Options['esbuildPlugins']>[number];

/** For tests, which run the sources. */
export declare const bundledInTests: {
  name: string;
  resolveId: (id: string) => string | undefined;
  load: (id: string) => Promise<string | undefined>;
};

/** Writes down whose work is in the package. */
export declare function writeNotices(file: string): Promise<void>;
