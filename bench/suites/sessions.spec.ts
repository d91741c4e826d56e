/** The other side: the same tests, with one changed import. */
import { expect, test } from 'sessionwright';
import { declareSmallTests } from './small-tests';

declareSmallTests({ test, expect });
