/** The failing suite on sessions that already run and are never stopped: it measures only the workers that Playwright replaces. */
import { keptTest, expect } from './floors';
import { declareFailingSuite } from './small-tests';

declareFailingSuite({ test: keptTest, expect });
