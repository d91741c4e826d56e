/** Runs after the other file, in the same worker: nothing of it is found here either. */
import { leaks } from './leaks/index';
import { declare } from './declare';

for (const leak of leaks) declare(`finds nothing of ${leak.title}`, leak, leak.finds);
