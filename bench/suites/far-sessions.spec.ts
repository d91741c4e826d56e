/** The far suite on leased sessions. */
import { expect, test } from 'sessionwright';
import { declareFarSuite } from './small-tests';

declareFarSuite({ test, expect });
