/** The failing suite on leased sessions. */
import { expect, test } from 'sessionwright';
import { declareFailingSuite } from './small-tests';

declareFailingSuite({ test, expect });
