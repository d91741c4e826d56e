/** The failing suite on sessions that are there already and are never stopped: the workers that Playwright starts anew are all it costs. */
import { keptTest, expect } from './floors';
import { declareFailingSuite } from './small-tests';

declareFailingSuite({ test: keptTest, expect });
