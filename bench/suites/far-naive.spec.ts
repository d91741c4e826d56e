/** The far suite on a session per worker. */
import { expect, test } from './naive';
import { declareFarSuite } from './small-tests';

declareFarSuite({ test, expect });
