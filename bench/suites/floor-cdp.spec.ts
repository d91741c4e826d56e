/** The small tests, each worker connected over CDP to a browser that it started. */
import { cdpTest, expect } from './floors';
import { declareSmallTests } from './small-tests';

declareSmallTests({ test: cdpTest, expect });
