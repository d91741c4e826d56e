/** The failing suite on a session per worker. */
import { expect, test } from './naive';
import { declareFailingSuite } from './small-tests';

declareFailingSuite({ test, expect });
