import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

export function commonJs(imported: Record<string, string>): Plugin;
