/** One side: Playwright Test as it is. */
import { expect, test } from '@playwright/test';
import { declareSmallTests } from './small-tests';

declareSmallTests({ test, expect });
