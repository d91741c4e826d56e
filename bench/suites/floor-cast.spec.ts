/** The small tests, with every page cast. */
import { castTest, expect } from './floors';
import { declareSmallTests } from './small-tests';

declareSmallTests({ test: castTest, expect });
