/** The small tests in one context for all. */
import { expect, ownContextTest } from './floors';
import { declareSmallTests } from './small-tests';

declareSmallTests({ test: ownContextTest, expect });
