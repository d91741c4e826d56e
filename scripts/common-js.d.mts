import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

export const commonJs: Plugin;
