/** The comparisons, in the order in which they are measured. */
import { API_BENCHES } from './api-benches.mjs';
import { EXPOSE_BENCHES } from './expose-benches.mjs';
import { FAR_BENCHES } from './far-benches.mjs';
import { GATEWAY_BENCHES } from './gateway-benches.mjs';
import { GRID_BENCHES } from './grid-benches.mjs';
import { PAGE_BENCHES } from './page-benches.mjs';
import { RUN_BENCHES } from './run-benches.mjs';
import { SERVE_BENCHES } from './serve-benches.mjs';
import { START_BENCHES } from './start-benches.mjs';
import { SUITE_BENCHES } from './suite-benches.mjs';
import { VIEWER_BENCHES } from './viewer-benches.mjs';

/**
 * @typedef {object} Setting
 * @property {{ chromium: string, shell: string | undefined }} executables the browsers: full Chromium, and the headless shell where there is one
 * @property {string | undefined} browsersFolder where Playwright finds an ffmpeg; undefined where there is none
 * @property {string} url the site that the suites test
 * @property {string} project folder of a project that has the package installed
 * @property {number} rounds measured rounds of each comparison of suites, at most
 * @property {(minutes: number) => number} within how long a comparison may go on, in milliseconds, of which the whole benchmark can give it so many minutes; by name it may take all its rounds
 * @property {(number: string) => boolean} isWanted whether the number was asked for
 * @property {(line: string) => void} say
 *
 * @typedef {object} Row one line of the table
 * @property {string} what
 * @property {string} ours
 * @property {string} base
 *
 * @typedef {object} Measured
 * @property {Record<string, number>} result
 * @property {Row[]} rows
 * @property {Record<string, string>} [skipped] numbers that cannot be measured here, and why
 *
 * @typedef {object} Bench
 * @property {string[]} numbers names in the result
 * @property {(setting: Setting) => Promise<Measured>} measure
 */

/** @type {Bench[]} */
export const BENCHES = [
  ...START_BENCHES,
  ...GATEWAY_BENCHES,
  ...SUITE_BENCHES,
  ...FAR_BENCHES,
  ...EXPOSE_BENCHES,
  ...API_BENCHES,
  ...RUN_BENCHES,
  ...PAGE_BENCHES,
  ...VIEWER_BENCHES,
  ...SERVE_BENCHES,
  ...GRID_BENCHES,
];
